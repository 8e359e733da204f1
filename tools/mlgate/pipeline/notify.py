"""A message to Slack's incoming webhook, whose address is a secret: no error names it."""

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from mlgate.errors import UsageError
from mlgate.pipeline import outside

WEBHOOK = "SLACK_WEBHOOK_URL"
_TIMEOUT_S = 10.0


def send(url: str, message: Mapping[str, Any]) -> str:
    """Post ``message`` to ``url``; return what went wrong, "" when Slack took it."""
    try:
        address = outside.check_address(url, WEBHOOK)
        request = urllib.request.Request(  # noqa: S310 - the address was checked
            address, json.dumps(message).encode(), {"Content-Type": "application/json; charset=utf-8"}
        )
        with outside.opener(address).open(request, timeout=_TIMEOUT_S) as answer:
            said = answer.read(100)
    except UsageError as err:
        return str(err)
    except urllib.error.HTTPError as err:
        return f"Slack answered {err.code}"
    except (OSError, ValueError, http.client.HTTPException) as err:
        # The text of these may hold the address.
        cause = err.reason if isinstance(err, urllib.error.URLError) else err
        return f"Slack could not be reached ({type(cause).__name__})"
    return "" if said.strip() == b"ok" else "Slack did not answer ok"
