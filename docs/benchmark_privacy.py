"""What attacks find in the rows of each sampler: the privacy tables in docs/benchmarks_privacy.md.

python docs/benchmark_privacy.py ../shared/data/tcga_paired11.h5ad --genes landmarks --training 0.33 --jobs 16

Half of the patients train the samplers; the others are attacked as well, and serve as reference. As many rows as
were trained on are drawn, with the same labels, and attacked as `metrics.membership_inference` and
`metrics.attribute_disclosure` say, in the units of the training rows' deviations. "equal" is the share of values
that are those of a training row, "of one" that of values which only one training row has. Reverse validation and F1
are measured on the other patients' rows, and so are the real training rows in the place of synthetic ones ("real").
A sampler with "sharing" behind its name was trained under `presets.SHARING`. With several seeds, figures are means
with standard errors over splits of the patients. A run that was killed continues where it stopped.
"""

from typing import Any

from _privacy import as_markdown, measured, privacy_parser, read_table, split

from sklearn_txaug import presets
from sklearn_txaug._cli.methods import pick
from sklearn_txaug._cli.options import names
from sklearn_txaug._nn.estimator import NetEstimator
from sklearn_txaug.benchmark._methods import changes_classifier, is_gate, make_samplers
from sklearn_txaug.over_sampling import LatentSampler, WGANGPSampler
from sklearn_txaug.over_sampling.base import GenerativeSampler


def candidates() -> dict[str, Any]:
    """Return the samplers that generate rows, the latent one with transport, and those under the sharing preset."""
    methods = make_samplers()
    kept = {
        n: s for n, s in methods.items() if s is not None and not changes_classifier(s) and not is_gate(s)
    }
    kept.pop("borderline")  # draws no rows of some classes
    return kept | {"transport": LatentSampler(decoder="transport")} | _shared(kept)


def _shared(samplers: dict[str, Any]) -> dict[str, Any]:
    """Return the samplers that the sharing preset changes, under it."""
    shared = {}
    for name, sampler in samplers.items():
        settings = presets.SHARING.get(type(sampler).__name__, {})
        changed = type(sampler)(**settings) if isinstance(sampler, GenerativeSampler) else sampler
        if settings and changed.get_params() != type(sampler)().get_params():
            shared[f"{name} sharing"] = changed
    return shared


def shortened(sampler: Any, n_rows: int, share: float) -> Any:
    """Return the sampler with a share of its default epochs."""
    if isinstance(sampler, LatentSampler):
        inner = WGANGPSampler() if sampler.sampler is None else sampler.sampler
        return sampler.set_params(sampler=shortened(inner, n_rows, share))
    if isinstance(sampler, NetEstimator) and share < 1 and sampler.max_epochs is None:
        epochs = sampler._epochs_of(sampler._default_steps(n_rows), n_rows)
        return sampler.set_params(max_epochs=max(1, round(share * epochs)))
    return sampler


def main() -> None:
    """Train and attack what is not there yet, and print the table."""
    parser = privacy_parser(__doc__, "benchmark/privacy")
    parser.add_argument("--training", type=float, default=1.0, help="share of the default epochs")
    parser.add_argument("--samplers", type=names)
    arguments = parser.parse_args()
    table = read_table(arguments)
    cut, (members, others) = split(table, arguments.genes, 0)
    print(
        f"{len(members)} rows of {len(set(table.groups[members]))} patients, {len(others)} of "
        f"{len(set(table.groups[others]))}; {cut.X.shape[1]} genes"
    )
    samplers = candidates()
    chosen = pick(samplers, arguments.samplers or list(samplers), "--samplers")
    slowest_first = dict(reversed(chosen.items()))
    shown = {name: shortened(s, len(members), arguments.training) for name, s in slowest_first.items()}
    name = f"{arguments.data.stem}_{arguments.genes}_{arguments.rows_each}_{arguments.training:g}"
    results = measured({**shown, "real": None}, table, arguments, name)
    print(as_markdown(results, ["real", *chosen]))


if __name__ == "__main__":
    main()
