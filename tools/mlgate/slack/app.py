"""From a signed request to one PipelineRun, in the order that matters: nothing is read before it is verified."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from mlgate.errors import MlgateError
from mlgate.slack import payload, signature, start
from mlgate.slack.answer import Answer
from mlgate.slack.signature import Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """Serves one prefix; ``clock`` tells seconds since the epoch, ``log`` takes what the API server objected."""

    prefix: str
    secret: bytes = field(repr=False)
    create: start.Start = start.create
    log: Callable[[str], None] = print
    clock: Callable[[], float] = time.time
    seen: Seen = field(default_factory=Seen)

    def answer(self, timestamp: str | None, signed: str | None, body: bytes) -> Answer:
        """The answer to one request by its two headers and its body; total, and 200 only for a run that was created."""
        now = self.clock()
        if refused := signature.check(self.secret, timestamp, signed, body, now):
            return refused
        click = payload.parse(body)
        if isinstance(click, Answer):
            return click
        if click.prefix != self.prefix:
            return Answer(403, "this is the server of another prefix")
        if not self.seen.first(str(signed), now):
            return Answer(409, "this click was served before")
        return self._start(click, str(signed))

    def _start(self, click: payload.Click, signed: str) -> Answer:
        run = start.pipeline_run(click, signed)
        try:
            self.create(run)
        except MlgateError as err:
            self.log(" ".join(str(err).split())[:500])
            if "AlreadyExists" in str(err):
                return Answer(409, "this click was served before")
            return Answer(503, "the promotion could not be started; click again")
        return Answer(200, f"promotion of {click.digest[:19]} started: {run['metadata']['name']}")
