import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import javax.security.auth.login.LoginException;
import org.postgresql.ds.PGSimpleDataSource;
import org.teiid.file.JavaVirtualFileConnection;
import org.teiid.file.VirtualFileConnection;
import org.teiid.net.socket.AuthenticationType;
import org.teiid.resource.api.ConnectionFactory;
import org.teiid.runtime.DoNothingSecurityHelper;
import org.teiid.runtime.EmbeddedConfiguration;
import org.teiid.runtime.EmbeddedServer;
import org.teiid.security.Credentials;
import org.teiid.translator.ExecutionFactory;
import org.teiid.translator.TranslatorException;
import org.teiid.translator.file.FileExecutionFactory;
import org.teiid.translator.jdbc.postgresql.PostgreSQLExecutionFactory;
import org.teiid.transport.SocketConfiguration;
import org.teiid.transport.WireProtocol;

/** Serves one virtual database by Teiid. Everything it must know stands in the environment; a missing part stops it. */
public final class VirtualDatabase {

    private static final String USER = "reader";

    public static void main(String[] args) throws Exception {
        EmbeddedServer server = new EmbeddedServer();
        try {
            EmbeddedConfiguration configuration = configuration(given("BIND"));
            server.start(configuration);
            add(server, "postgresql", new PostgreSQLExecutionFactory());
            add(server, "file", new FileExecutionFactory());
            server.addConnectionFactory("frauds", database());
            String folder = given("FEATURES");
            ConnectionFactory<VirtualFileConnection> files = () -> new JavaVirtualFileConnection(folder);
            server.addConnectionFactory("files", files);
            try (var ddl = Files.newInputStream(Path.of(given("VDB")))) {
                server.deployVDB(ddl, true);
            }
            // After the last word, not before: who waits for this line may ask at once.
            System.out.println("ready teiid=" + server.getPort(0) + " pg=" + server.getPort(1));
            Thread.currentThread().join();
        } catch (IllegalArgumentException error) {
            System.err.println(error.getMessage());
            System.exit(2);
        } catch (Exception error) {
            // Also a failed start must end the threads that Teiid has started.
            error.printStackTrace();
            System.exit(3);
        }
    }

    private static String given(String name) {
        String value = System.getenv(name);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException(name + " is not set");
        }
        return value;
    }

    private static EmbeddedConfiguration configuration(String bind) throws IOException {
        EmbeddedConfiguration configuration = new EmbeddedConfiguration();
        configuration.addTransport(transport(WireProtocol.teiid, bind, "TEIID_PORT"));
        configuration.addTransport(transport(WireProtocol.pg, bind, "PG_PORT"));
        configuration.setSecurityDomain(USER);
        configuration.setAuthenticationType(AuthenticationType.USERPASSWORD);
        configuration.setSecurityHelper(new OneReader(Files.readString(Path.of(given("READER_PASSWORD_FILE"))).strip()));
        configuration.setBufferDirectory(Files.createTempDirectory("teiid").toString());
        return configuration;
    }

    private static SocketConfiguration transport(WireProtocol protocol, String bind, String port) {
        SocketConfiguration socket = new SocketConfiguration();
        socket.setBindAddress(bind);
        socket.setPortNumber(Integer.parseInt(given(port)));
        socket.setProtocol(protocol);
        return socket;
    }

    private static void add(EmbeddedServer server, String name, ExecutionFactory<?, ?> translator) throws TranslatorException {
        translator.start();
        server.addTranslator(name, translator);
    }

    private static PGSimpleDataSource database() {
        PGSimpleDataSource database = new PGSimpleDataSource();
        database.setURL(given("JDBC_URL"));
        database.setUser(given("JDBC_USER"));
        database.setPassword(given("JDBC_PASSWORD"));
        database.setReadOnly(true);
        return database;
    }

    /** Without it Teiid lets in anybody. */
    private static final class OneReader extends DoNothingSecurityHelper {

        private final byte[] password;

        OneReader(String password) {
            if (password.isEmpty()) {
                throw new IllegalArgumentException("READER_PASSWORD_FILE is empty");
            }
            this.password = password.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public Object authenticate(String domain, String user, Credentials given, String application) throws LoginException {
            Object secret = given == null ? null : given.getCredentials();
            String text = secret instanceof char[] letters ? new String(letters) : String.valueOf(secret);
            if (!USER.equals(user) || !MessageDigest.isEqual(password, text.getBytes(StandardCharsets.UTF_8))) {
                throw new LoginException("user or password is wrong");
            }
            return super.authenticate(domain, user, given, application);
        }
    }
}
