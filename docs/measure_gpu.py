"""Measure a GPU: training steps with and without a recording, published settings against the card's own rates.

python docs/measure_gpu.py
python docs/measure_gpu.py --quick --device cpu    # the same path in a minute, to try the script

Prints Markdown in under ten minutes. Rows are simulated: times do not depend on the values. Steps are measured in one
process, one after the other, as the median over the epochs behind the first third.
"""

import argparse
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from sklearn_txaug import over_sampling as samplers
from sklearn_txaug import presets
from sklearn_txaug._nn.loader import default_batch_size, n_batches
from sklearn_txaug.graphs import GeneGraph

ROWS = {"paired": (800, 450, 22), "tcga": (9749, 978, 24), "gtex": (12244, 974, 26)}
DEFAULTS = ["VAE", "GAN", "WGANGP", "DDPM", "FlowMatching", "TVAE", "CTGAN", "TabDDPM", "GMDA"]


class PenaltyByAutograd(samplers.WGANGPSampler):
    """The published WGAN-GP with the second derivative that torch works out, as before ours was written by hand."""

    def _make_module(self, n_features: int, n_classes: int) -> Any:
        module = super()._make_module(n_features, n_classes)
        module.critic.is_piecewise_linear = False
        return module


def rows(name: str, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Return rows and labels of the size of a cohort, or of a share of its rows."""
    n_rows, n_genes, n_classes = ROWS[name]
    n_rows = max(2 * n_classes, int(n_rows * share))
    rng = np.random.default_rng(0)
    labels = np.arange(n_rows) % n_classes
    factors = rng.standard_normal((n_rows, 20)) @ rng.standard_normal((20, n_genes)) / 5
    X = rng.standard_normal((n_classes, n_genes))[labels] + factors + rng.standard_normal((n_rows, n_genes))
    return X.astype(np.float32), labels


def sampler_of(name: str, device: str, **parameters: Any) -> Any:
    """Return a sampler with the given parameters added to its net's."""
    net = parameters.pop("net_params", {})
    sampler = getattr(samplers, f"{name}Sampler")(device=device, random_state=0, **parameters)
    return sampler.set_params(net_params={**(sampler.net_params or {}), **net})


def step_time(sampler: Any, X: np.ndarray, y: np.ndarray) -> float:
    """Return the median milliseconds of a training step."""
    sampler.fit(X, y)
    durations = sampler.history_[:, "dur"]
    batch = sampler.batch_size or default_batch_size(len(X))
    return 1000 * float(np.median(durations[len(durations) // 3 :])) / n_batches(len(X), batch)


def epochs(X: np.ndarray, batch_size: int | None, n_steps: int) -> int:
    """Return the epochs of about a number of steps, at least six."""
    return max(6, n_steps // n_batches(len(X), batch_size or default_batch_size(len(X))))


def seconds(function: Callable[[], Any]) -> float:
    """Return the seconds that a function takes, the device's work included."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    start = time.perf_counter()
    function()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter() - start


def product_rate(device: str, dtype: torch.dtype, n: int) -> float:
    """Return the operations a second of a product of random square matrices."""
    a, b = (torch.randn(n, n, device=device, dtype=dtype) for _ in range(2))
    for _ in range(3):
        a @ b
    return 10 * 2 * n**3 / seconds(lambda: [a @ b for _ in range(10)])


def default_steps(device: str, n_steps: int, share: float) -> None:
    """Print what the recording gives the default samplers."""
    X, y = rows("paired", share)
    print("\n| sampler, defaults, 800 x 450 | as it is, ms a step | recorded | ratio | default fit, s |")
    print("|---|---|---|---|---|")
    for name in DEFAULTS:
        few = {"max_epochs": epochs(X, None, n_steps)}
        plain = step_time(sampler_of(name, device, **few, net_params={"record": False}), X, y)
        recorded = step_time(sampler_of(name, device, **few), X, y)
        whole = seconds(lambda name=name: sampler_of(name, device).fit(X, y)) if share == 1 else float("nan")
        print(f"| {name} | {plain:.2f} | {recorded:.2f} | {plain / recorded:.1f} | {whole:.1f} |", flush=True)


def random_graph(n_genes: int, n_edges: int) -> GeneGraph:
    """Return a graph over the columns with about so many edges."""
    rng = np.random.default_rng(0)
    return GeneGraph.from_edges(rng.integers(n_genes, size=(n_edges, 2)).tolist())


def attention_steps(device: str, n_steps: int, share: float) -> None:
    """Print what the recording gives attention along the edges of a graph."""
    X, y = rows("paired", share)
    print("\n| AttGAN, edges | as it is, ms a step | recorded | ratio | default fit, s |")
    print("|---|---|---|---|---|")
    for n_edges in [2000, 16000]:
        graph = random_graph(X.shape[1], n_edges)
        few = {"graphs": graph, "pretrain_epochs": 0, "max_epochs": epochs(X, None, n_steps)}
        plain = step_time(sampler_of("AttGAN", device, **few, net_params={"record": False}), X, y)
        recorded = step_time(sampler_of("AttGAN", device, **few), X, y)
        whole = (
            seconds(lambda g=graph: sampler_of("AttGAN", device, graphs=g).fit(X, y))
            if share == 1
            else float("nan")
        )
        print(
            f"| {graph.n_edges} | {plain:.2f} | {recorded:.2f} | {plain / recorded:.1f} | {whole:.1f} |",
            flush=True,
        )


def published_steps(device: str, n_steps: int, share: float, n: int) -> None:
    """Print the steps of the published settings, and the floor of the largest one."""
    print("\n| published setting | products | recorded | ms a step | GiB |")
    print("|---|---|---|---|---|")
    settings = [("WGANGP", "tcga", presets.LACAN2026_TCGA), ("WGANGP", "gtex", presets.LACAN2026_GTEX)]
    settings += [("VAE", "gtex", presets.LACAN2026_GTEX), ("DDPM", "gtex", presets.LACAN2026_GTEX)]
    for name, data, preset in settings:
        X, y = rows(data, share)
        few = {**preset[f"{name}Sampler"]}
        few["max_epochs"] = epochs(X, few["batch_size"], n_steps)
        for precision, record in [("float32", False), ("tf32", False), ("tf32", True), ("bfloat16", True)]:
            given = {**few, "net_params": {**few["net_params"], "precision": precision, "record": record}}
            if torch.cuda.is_available():
                torch.cuda.reset_peak_memory_stats()
            took = step_time(sampler_of(name, device, **given), X, y)
            peak = torch.cuda.max_memory_allocated() / 2**30 if torch.cuda.is_available() else float("nan")
            print(
                f"| {name}, {data} | {precision} | {'yes' if record else 'no'} | {took:.2f} | {peak:.1f} |",
                flush=True,
            )
    X, y = rows("tcga", share)
    few = {**presets.LACAN2026_TCGA["WGANGPSampler"], "max_epochs": 6}
    by_autograd = PenaltyByAutograd(device=device, random_state=0, **few)
    by_autograd.set_params(net_params={**few["net_params"], "record": False})
    print(
        f"| WGANGP, tcga, penalty by autograd | tf32 | no | {step_time(by_autograd, X, y):.2f} | |",
        flush=True,
    )
    sampler = sampler_of("DDPM", "cpu", **{**presets.LACAN2026_GTEX["DDPMSampler"], "max_epochs": 1})
    module = sampler.set_params(batch_size=52).fit(*(part[:52] for part in rows("gtex", 1))).module_
    weights = sum(p.numel() for p in module.parameters() if p.dim() == 2)
    rate = product_rate(device, torch.bfloat16 if device != "cpu" else torch.float32, n)
    print(
        f"\nFloor of the diffusion step: {weights / 1e6:.0f} M weights x 6 x 2,048 rows at "
        f"{rate / 1e12:.0f} Tflop/s (bfloat16, measured): {6e3 * weights * 2048 / rate:.2f} ms."
    )


def sampling(device: str, n_rows: int, share: float) -> None:
    """Print the seconds that rows of a thousand steps take."""
    X, y = rows("gtex", share)
    print(f"\n| {n_rows} rows, 1,000 steps | products | s |")
    print("|---|---|---|")
    fitted = sampler_of("DDPM", device, **{**presets.LACAN2026_GTEX["DDPMSampler"], "max_epochs": 1})
    fitted.fit(X, y)
    for precision in ["tf32", "bfloat16"]:
        fitted.set_params(net_params={**fitted.net_params, "precision": precision})
        print(f"| published, GTEx | {precision} | {seconds(lambda: fitted.sample(n_rows)):.1f} |", flush=True)
    X, y = rows("paired", share)
    fitted = sampler_of("DDPM", device, n_sampling_steps=1000, max_epochs=2).fit(X, y)
    print(f"| default | tf32 | {seconds(lambda: fitted.sample(n_rows)):.1f} |", flush=True)


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--quick", action="store_true", help="few steps of few rows")
    options = parser.parse_args()
    name = torch.cuda.get_device_name() if options.device != "cpu" else "CPU"
    print(f"{name}, torch {torch.__version__}", flush=True)
    share, n_steps = (0.01, 6) if options.quick else (1, 100)
    default_steps(options.device, n_steps, share)
    attention_steps(options.device, n_steps, share)
    published_steps(options.device, n_steps // 3, share, 256 if options.quick else 8192)
    sampling(options.device, 10 if options.quick else 10_000, share)


if __name__ == "__main__":
    main()
