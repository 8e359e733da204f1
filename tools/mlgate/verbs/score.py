"""``mlgate score``: verdicts about the transactions of a Kafka topic."""

import os
import signal
import threading
from pathlib import Path
from typing import Any

import click

from mlgate import repo as repos
from mlgate.errors import UsageError
from mlgate.image import serve
from mlgate.scoring import address, local, probes, security
from mlgate.scoring.counts import Counts
from mlgate.scoring.loop import Loop, Plan
from mlgate.scoring.model import Model
from mlgate.scoring.remote import RemoteModel
from mlgate.scoring.sink import Sink
from mlgate.scoring.source import Source

_BATCH_BYTES = 8 << 20
_HEADERS_BYTES = 64 << 10


@click.command(name="score")
@click.option("--from", "source", required=True, help="kafka://HOST:PORT/TOPIC of the transactions.")
@click.option("--to", "verdicts", required=True, help="kafka://HOST:PORT/TOPIC of the verdicts.")
@click.option("--dead-letter", help="Topic of what cannot be scored; default: that of --from with .dead.")
@click.option("--prefix", help="Score by the model that this prefix has released.")
@click.option("--model", "reference", help="Score by this packaged model: sha256:... or its folder.")
@click.option("--predict", "url", help="Score by the model served at this http address.")
@click.option("--names", envvar="MODEL_NAMES", help="With --predict: its features, separated by commas.")
@click.option("--digest", envvar="MODEL_DIGEST", help="With --predict: digest for answers that name no image.")
@click.option("--threshold", default=0.5, show_default=True, type=click.FloatRange(0, 1), help="Fraud is above it.")
@click.option("--group", default="scorer", show_default=True, help="Consumer group; its offsets are the progress.")
@click.option("--batch", default=500, show_default=True, type=click.IntRange(1, 5000), help="Messages at once.")
@click.option("--max-bytes", default=65536, show_default=True, type=click.IntRange(1, 4 << 20), help="Of a message.")
@click.option("--give-up", default=300, show_default=True, type=click.IntRange(1, 86400), help="Seconds of waiting.")
@click.option(
    "--session", default=10, show_default=True, type=click.IntRange(1, 300), help="Seconds until one is dead."
)
@click.option("--report", default=30, show_default=True, type=click.IntRange(1, 3600), help="Seconds between counts.")
@click.option("--stop-when-idle", type=click.IntRange(1, 3600), help="End when nothing came for so many seconds.")
@click.option("--metrics-port", type=click.IntRange(0, 65535), help="Serve /metrics, /healthz and /readyz here.")
@click.option("--metrics-host", default="127.0.0.1", show_default=True)
@click.option("--repo", "root", type=click.Path(path_type=Path), help="Clone to work in; default: here.")
def command(**given: Any) -> None:
    """Score transactions at least once until SIGTERM, Ctrl-C or --stop-when-idle; equal verdicts under equal keys.

    Login: KAFKA_SECURITY_PROTOCOL (PLAINTEXT, SSL, SASL_PLAINTEXT, SASL_SSL), KAFKA_SASL_MECHANISM, KAFKA_USERNAME,
    KAFKA_PASSWORD or KAFKA_PASSWORD_FILE, KAFKA_CA_FILE, KAFKA_CERTIFICATE_FILE, KAFKA_KEY_FILE.
    """
    plan = _plan(given)
    source = address.parse(given["source"], "--from")
    if len({source.topic, plan.verdicts.topic, plan.dead.topic}) != 3:
        raise UsageError("--from, --to and --dead-letter must be three topics")
    login, counts, stop = security.settings(os.environ), Counts(), threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: stop.set())
    with probes.serving(counts, given["metrics_host"], given["metrics_port"]) as port:
        if port is not None:
            click.echo(f"http://{given['metrics_host']}:{port}/metrics")
        sink = Sink(
            (plan.verdicts, plan.dead),
            login,
            give_up_s=given["give_up"],
            largest=plan.limit + _HEADERS_BYTES,
            log=_warn,
        )
        model = _model(given)
        reader = Source(source, given["group"], login, session_s=given["session"], batch_bytes=_BATCH_BYTES, log=_warn)
        loop = Loop(plan=plan, source=reader, sink=sink, model=model, counts=counts, log=click.echo, stop=stop.is_set)
        click.echo(f"scoring {source} -> {plan.verdicts}, dead letters {plan.dead}   (Ctrl-C ends it)")
        _run(loop)


def _run(loop: Loop) -> None:
    try:
        loop.run()
    finally:
        loop.source.close()
        loop.model.close()
        click.echo(loop.counts.line())


def _plan(given: dict[str, Any]) -> Plan:
    source = address.parse(given["source"], "--from")
    dead = given["dead_letter"]
    return Plan(
        verdicts=address.parse(given["verdicts"], "--to"),
        dead=address.parse(dead, "--dead-letter") if dead else address.dead_letter(source),
        threshold=given["threshold"],
        batch=given["batch"],
        limit=given["max_bytes"],
        give_up_s=given["give_up"],
        report_s=given["report"],
        idle_s=given["stop_when_idle"],
    )


def _model(given: dict[str, Any]) -> Model:
    """The one model that is asked for; raises ``UsageError`` for none or several."""
    if sum(given[name] is not None for name in ("prefix", "reference", "url")) != 1:
        raise UsageError("name one model", fix="pass one of --prefix, --model and --predict")
    if given["url"]:
        names = [name.strip() for name in (given["names"] or "").split(",")]
        return RemoteModel(given["url"], names, given["digest"] or "")
    repo = repos.find(given["root"])
    if given["prefix"]:
        return local.LocalModel(*serve.released(repo, given["prefix"]))
    return local.LocalModel(*local.find(given["reference"], repo.build / "images"))


def _warn(text: str) -> None:
    click.echo(text, err=True)
