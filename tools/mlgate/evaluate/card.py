"""The model card: one HTML file that needs nothing else, for a phone as for a desk, by day and by night."""

import html
import io

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure
from sklearn.metrics import precision_recall_curve

from mlgate.evaluate.metrics import Metrics
from mlgate.evaluate.report import Evidence
from mlgate.evaluate.statistics import PRECISION, Share, Statistics, describe

FILE = "model-card.html"
_HELD_OUT = {"stratified": "a random share of each class", "time": "the latest rows"}
_INK = "#7a889c"
_BLUE = "#3b82f6"
_STYLE = """
:root{color-scheme:light dark;--bg:#fff;--ink:#1c2430;--soft:#5b6778;--line:#dfe4ea;--hit:#dbeafe;--miss:#fee2e2}
@media(prefers-color-scheme:dark){:root{--bg:#12161c;--ink:#e6eaf0;--soft:#9aa7b8;--line:#2b3440;--hit:#1e3a5f;--miss:#5b2327}}
body{margin:0 auto;padding:1rem;max-width:46rem;font:16px/1.5 system-ui,sans-serif;background:var(--bg);color:var(--ink)}
h1{font-size:1.5rem;margin:.5rem 0}h2{font-size:1.1rem;margin:1.6rem 0 .5rem}
table{border-collapse:collapse;width:100%}td,th{padding:.4rem .5rem;border-bottom:1px solid var(--line);text-align:left}
td.n{text-align:right;font-variant-numeric:tabular-nums}.soft{color:var(--soft)}code{word-break:break-all;font-size:.85em}
.cm td{text-align:center;border:1px solid var(--line);font-size:1.3rem}.hit{background:var(--hit)}.miss{background:var(--miss)}
.cm small{display:block;font-size:.75rem;color:var(--soft)}svg{width:100%;height:auto}
"""


def render(metrics: Metrics, evidence: Evidence, label: npt.NDArray[np.int64], fraud: npt.NDArray[np.float64]) -> str:
    """The card of one measurement; ``label`` and ``fraud`` have shape (n,)."""
    title = html.escape(f"Model card: {evidence.model_name}")
    parts = [
        _headline(metrics),
        _made_up(evidence),
        _matrix(metrics),
        _curve(label, fraud, metrics),
        _numbers(metrics),
        *_beyond(describe(metrics, label, fraud)),
        _findings(evidence),
        _origin(evidence),
    ]
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">'
    body = "\n".join(parts)
    return f'<!doctype html><html lang="en"><head>{head}<title>{title}</title><style>{_STYLE}</style></head><body><h1>{title}</h1>\n{body}</body></html>\n'


def _made_up(evidence: Evidence) -> str:
    if evidence.data_source != "synthetic":
        return ""
    return "<p><b>The transactions are synthetic.</b> These numbers say nothing about real fraud.</p>"


def _percent(value: float | None) -> str:
    return "undefined" if value is None else f"{value * 100:.3f} %"


def _headline(metrics: Metrics) -> str:
    low, high = metrics.accuracy_interval
    gain = metrics.accuracy - metrics.baseline
    luck = "" if high == 1 else ": to pass a threshold above that would be luck"
    return (
        f"<p><b>{_percent(metrics.accuracy)}</b> of {metrics.counts.total:,} sealed transactions were judged rightly; "
        f"{metrics.counts.frauds:,} of them are frauds. With this many rows the true accuracy lies between "
        f"{_percent(low)} and {_percent(high)} (Wilson, 95 %){luck}.</p>"
        f"<p>Answering “legitimate” to everything would score {_percent(metrics.baseline)}: the gain is "
        f"{gain * 100:+.3f} percentage points. Recall and average precision below say more than accuracy.</p>"
    )


def _matrix(metrics: Metrics) -> str:
    c = metrics.counts

    def cell(kind: str, number: int, says: str) -> str:
        return f'<td class="{kind}">{number:,}<small>{says}</small></td>'

    return (
        '<h2>Confusion matrix</h2><table class="cm"><tr><th></th><th>called legitimate</th><th>called fraud</th></tr>'
        f"<tr><th>legitimate</th>{cell('hit', c.true_negative, 'let through')}{cell('miss', c.false_positive, 'false alarm')}</tr>"
        f"<tr><th>fraud</th>{cell('miss', c.false_negative, 'missed')}{cell('hit', c.true_positive, 'caught')}</tr></table>"
    )


def _curve(label: npt.NDArray[np.int64], fraud: npt.NDArray[np.float64], metrics: Metrics) -> str:
    if metrics.average_precision is None:
        return "<h2>Precision and recall</h2><p>Undefined: the hold-out has no fraud.</p>"
    precision, recall, _ = precision_recall_curve(label, fraud)
    figure = Figure(figsize=(4.4, 3))
    axes = figure.subplots()
    axes.step(recall, precision, where="post", color=_BLUE, linewidth=2)
    axes.axhline(float(label.mean()), color=_INK, linestyle=":", label="guessing")
    axes.set(xlim=(0, 1.01), ylim=(0, 1.03), xlabel="recall", ylabel="precision")
    axes.xaxis.label.set_color(_INK)
    axes.yaxis.label.set_color(_INK)
    axes.tick_params(colors=_INK)
    axes.spines[:].set_color(_INK)
    axes.legend(frameon=False, labelcolor=_INK)
    figure.tight_layout()
    out = io.StringIO()
    with matplotlib.rc_context({"svg.hashsalt": FILE}):
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None})
    svg = out.getvalue()
    shown = f"Average precision {metrics.average_precision:.3f}; guessing gives {float(label.mean()):.3f}."
    return f"<h2>Precision and recall</h2><p>{shown}</p>{svg[svg.index('<svg') :]}"


def _numbers(metrics: Metrics) -> str:
    rows = {
        "accuracy": metrics.accuracy,
        "balanced accuracy": metrics.balanced_accuracy,
        "precision": metrics.precision,
        "recall": metrics.recall,
        "F1": metrics.f1,
        "average precision": metrics.average_precision,
        "ROC AUC": metrics.roc_auc,
    }
    mcc = "undefined" if metrics.matthews_correlation is None else f"{metrics.matthews_correlation:.3f}"
    cells = {name: _percent(value) for name, value in rows.items()} | {"Matthews correlation": mcc}
    return _table("Numbers", {name: f'<td class="n">{text}</td>' for name, text in cells.items()})


def _beyond(found: Statistics) -> list[str]:
    return [_certain(found), _real(found), _passing(found)]


def _ranged(share: Share | None) -> str:
    if share is None:
        return '<td class="n">undefined</td>'
    return f'<td class="n">{_percent(share.value)}<br><span class="soft">{_percent(share.low)} to {_percent(share.high)}</span></td>'


def _certain(found: Statistics) -> str:
    cells = {
        "recall": found.recall,
        "precision": found.precision,
        "false alarms among legitimate": found.false_alarm_rate,
        f"recall at a precision of {PRECISION:.0%} or more": found.recall_at_precision,
    }
    return _table("How certain (Wilson, 95 %)", {name: _ranged(share) for name, share in cells.items()})


def _real(found: Statistics) -> str:
    if found.real is None:
        return "<h2>At the real share of fraud</h2><p>Undefined: the hold-out lacks one of the classes.</p>"
    real = found.real
    says = (
        f"<p>{_percent(found.prevalence)} of the hold-out are frauds; of real payments about {_percent(real.prevalence)} are. "
        "The same rates of caught frauds and false alarms then mean the following, if the rows of each class are like those "
        "outside. The ranges put both rates at their worst and at their best.</p>"
    )
    gain = f'<td class="n">{real.gain * 100:+.3f} points</td>'
    cells = {"precision": _ranged(real.precision), "accuracy": _ranged(real.accuracy)}
    never = {"accuracy of never saying fraud": f'<td class="n">{_percent(real.baseline)}</td>', "gain over that": gain}
    heading, _, table = _table("At the real share of fraud", cells | never).partition("</h2>")
    return f"{heading}</h2>{says}{table}"


def _passing(found: Statistics) -> str:
    says = (
        "<p>A run with other held-out rows and another seed would meet a threshold with this probability (beta-binomial, "
        "from Jeffreys' prior). In between, the gate measures luck, and running again until it passes proves nothing.</p>"
    )
    cells = {f"{float(name) * 100:g} %": f'<td class="n">{chance:.1%}</td>' for name, chance in found.passing}
    heading, _, table = _table("Would it pass again?", cells).partition("</h2>")
    return f"{heading}</h2>{says}{table}"


def _findings(evidence: Evidence) -> str:
    told = "".join(f"<li>{html.escape(each)}</li>" for each in evidence.data_findings)
    return "<h2>About the data</h2>" + (f"<ul>{told}</ul>" if told else "<p>The checks of the data found nothing.</p>")


def _origin(evidence: Evidence) -> str:
    shown = {
        "image": evidence.image,
        "data": evidence.data_source,
        "data set (sha256)": evidence.dataset_sha256,
        "hold-out": _HELD_OUT[evidence.data_split],
        "hold-out (sha256)": evidence.holdout_sha256,
        "held-out rows also seen in training": str(evidence.duplicates_across),
        "model (sha256)": evidence.model_sha256,
        "wrapper (sha256)": evidence.wrapper_sha256,
        "notebook (sha256)": evidence.notebook_sha256,
        "commit": evidence.git_commit,
        "commit of the threshold": evidence.threshold_commit,
        "seed": str(evidence.seed),
        "libraries": ", ".join(evidence.libraries),
    }
    cells = {name: f"<td><code>{html.escape(text)}</code></td>" for name, text in shown.items()}
    return _table("Where it comes from", cells)


def _table(title: str, cells: dict[str, str]) -> str:
    rows = "".join(f"<tr><td>{name}</td>{cell}</tr>" for name, cell in cells.items())
    return f"<h2>{title}</h2><table>{rows}</table>"
