"""Mode-specific normalisation: each value becomes a mode of its gene and a distance from that mode's mean."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

_N_POINTS = 256  # sorted values of a gene are grouped into at most this many points
_CHUNK = 64  # genes at a time: their points times modes fit into the processor's cache


@dataclass
class Mixtures:
    """One Gaussian mixture for each gene; unused modes have weight 0.

    All arrays have the shape (n_genes, n_modes), the mode of largest weight first.
    """

    weights: np.ndarray
    means: np.ndarray
    stds: np.ndarray

    @property
    def n_active(self) -> np.ndarray:
        """Number of modes of each gene."""
        return (self.weights > 0).sum(axis=1)


def fit_mixtures(X: np.ndarray, max_modes: int = 10, min_weight: float = 0.005) -> Mixtures:
    """Fit a variational Gaussian mixture to each column, all columns at once.

    The posterior is that of `sklearn.mixture.BayesianGaussianMixture` with its default priors and a uniform
    Dirichlet prior of the weights. The number of modes grows from one for as long as the evidence lower bound
    does, and only if all modes lie further apart than the sum of their standard deviations: modes that overlap
    describe a skew or a tail, and to a net the choice between them is noise. Time and memory grow only with the
    number of genes: the sorted values of a gene are grouped into at most 256 points, whose sums and sums of squares
    are exact.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_genes)
        Rows.
    max_modes : int
        Maximum number of modes of a gene.
    min_weight : float in [0, 1)
        Modes of this weight or less are dropped.

    Returns
    -------
    Mixtures
        Weights, means and standard deviations.

    References
    ----------
    .. [1] C. M. Bishop, "Pattern recognition and machine learning", section 10.2, Springer, 2006.

    Examples
    --------
    >>> import numpy as np
    >>> noise = np.random.default_rng(0).normal(size=(500, 2))
    >>> noise[:100, 1] += 8
    >>> mixtures = fit_mixtures(noise)
    >>> mixtures.n_active
    array([1, 2])
    >>> mixtures.weights[1, :2].round(2)
    array([0.8, 0.2])
    """
    if not X.shape[1]:
        return Mixtures(*np.zeros((3, 0, max_modes)))
    centre, scale = X.mean(axis=0), np.maximum(X.std(axis=0), 1e-6)
    chunks = range(0, X.shape[1], _CHUNK)
    parts = [
        _fit_chunk(
            _points((X[:, k : k + _CHUNK] - centre[k : k + _CHUNK]) / scale[k : k + _CHUNK]), max_modes
        )
        for k in chunks
    ]
    weights, means, stds = (torch.cat(part).numpy() for part in zip(*parts, strict=True))
    weights = np.where(weights > np.minimum(min_weight, weights.max(axis=1, keepdims=True) / 2), weights, 0)
    weights /= weights.sum(axis=1, keepdims=True)
    order = np.argsort(-weights, axis=1, kind="stable")
    weights, means, stds = (np.take_along_axis(a, order, axis=1) for a in (weights, means, stds))
    return Mixtures(weights, centre[:, None] + scale[:, None] * means, scale[:, None] * stds)


def _points(X: np.ndarray) -> Tensor:
    """Return count, sum and sum of squares of neighbouring values, of shape (n_genes, n_points, 3)."""
    ordered = np.sort(X.T.astype(np.float64), axis=1)
    powers = np.stack([np.ones_like(ordered), ordered, ordered**2], axis=2)
    n = len(X)
    starts = np.arange(min(n, _N_POINTS)) * n // min(n, _N_POINTS)
    return torch.from_numpy(np.add.reduceat(powers, starts, axis=1))


def _fit_chunk(points: Tensor, max_modes: int) -> tuple[Tensor, Tensor, Tensor]:
    """Return weights, means and standard deviations of the number of modes with the highest bound."""
    n_genes = len(points)
    best = torch.full((n_genes,), -torch.inf, dtype=points.dtype)
    n_modes = torch.zeros(n_genes, dtype=torch.long)
    result = tuple(torch.zeros(n_genes, max_modes, dtype=points.dtype) for _ in range(3))
    for k in range(1, max_modes + 1):
        (active,) = torch.where(n_modes >= k - 2)  # two more modes may help where one more does not
        if not len(active):
            break
        bound, *fitted = _variational(points[active], k)
        better = (bound > best[active]) & _apart(*fitted[1:])
        genes = active[better]
        best[genes], n_modes[genes] = bound[better], k
        for whole, part in zip(result, fitted, strict=True):
            whole[genes, :k] = part[better]
    return result  # type: ignore[return-value]


def _apart(means: Tensor, stds: Tensor) -> Tensor:
    """Whether neighbouring modes lie further apart than the sum of their standard deviations."""
    means, order = means.sort(dim=1)
    stds = stds.gather(1, order)
    return (means.diff(dim=1) > stds[:, 1:] + stds[:, :-1]).all(dim=1)


def _variational(points: Tensor, k: int, max_iter: int = 100, tol: float = 1e-2) -> tuple[Tensor, ...]:
    """Return lower bound, weights, means and standard deviations of `k` modes for standardised points."""
    counts = points[:, :, 0]
    n = counts.sum(dim=1)
    averages = points / counts[:, :, None]
    share = (counts.cumsum(dim=1) - counts / 2) / n[:, None]
    shares = nn.functional.one_hot((share * k).long(), k).to(points.dtype)
    bound = torch.full_like(n, -torch.inf)
    for _ in range(max_iter):
        size, first, second = (shares.transpose(1, 2) @ points).unbind(dim=2)
        precision = 1 + size  # each prior is one row
        freedom = 1 + size
        weight = 1 + size
        mean = first / precision
        squares = 1 + second - precision * mean.square()
        log_weight = torch.digamma(weight) - torch.digamma(weight.sum(dim=1, keepdim=True))
        log_scale = (torch.digamma(freedom / 2) - (squares / 2).log()) / 2
        inverse = freedom / squares
        constant = log_weight + log_scale - (1 / precision + inverse * mean.square()) / 2
        log_joint = averages @ torch.stack([constant, inverse * mean, -inverse / 2], dim=1)
        log_total = log_joint.logsumexp(dim=2, keepdim=True)
        shares = (log_joint - log_total).exp()
        before, bound = bound, (counts * log_total[:, :, 0]).sum(dim=1)
        bound = bound - _divergence(weight, log_weight, precision, mean, freedom, squares)
        if (bound - before).max() < tol:
            break
    return bound, size / n[:, None], mean, (squares / freedom).sqrt()


def _divergence(
    weight: Tensor, log_weight: Tensor, precision: Tensor, mean: Tensor, freedom: Tensor, squares: Tensor
) -> Tensor:
    """Return the divergence of a mixture's posterior from its prior, disregarding the order of the modes."""
    k = weight.shape[1]
    weights = weight.sum(dim=1).lgamma() - weight.lgamma().sum(dim=1) + ((weight - 1) * log_weight).sum(dim=1)
    means = (precision.log() + 1 / precision - 1 + mean.square() * freedom / squares) / 2
    half = freedom / 2
    scales = (half - 0.5) * half.digamma() - half.lgamma() + squares.log() / 2 + half * (1 / squares - 1)
    constants = k * math.lgamma(0.5) - math.lgamma(k) - math.lgamma(k + 1)
    return weights + (means + scales).sum(dim=1) + constants


class ModeEncoding(nn.Module):
    """Rows as scalars and modes, and back.

    A value ``x`` of a mode with mean ``m`` and standard deviation ``s`` has the scalar ``(x - m) / (4 s)``. Genes
    with one mode have no mode column. The columns of the others are stored gene by gene, ordered by their number of
    modes, so that a net's output is not padded: `width` is the number of genes plus the modes of these others.

    Codes of categories, behind the genes in a row, become one-hot codes behind the modes and are treated as they are.

    Parameters
    ----------
    mixtures : Mixtures
        Of the genes.
    categories : sequence of int
        Number of states of each code behind the genes.
    """

    means: Tensor
    stds: Tensor
    log_weights: Tensor
    genes: Tensor

    def __init__(self, mixtures: Mixtures, categories: Sequence[int] = ()):
        super().__init__()
        self.categories = tuple(categories)
        n_active = mixtures.n_active
        self.n_genes = len(n_active)
        self.counts = [int(k) for k in np.unique(n_active)]
        order = np.argsort(n_active, kind="stable")
        self.sizes = [int((n_active == k).sum()) for k in self.counts]
        self.register_buffer("genes", torch.from_numpy(order))
        with np.errstate(divide="ignore"):
            parameters = {
                "means": mixtures.means,
                "stds": 4 * mixtures.stds,
                "log_weights": np.log(mixtures.weights),
            }
        for name, values in parameters.items():
            flat = [values[n_active == k, :k].ravel() for k in self.counts]
            self.register_buffer(name, torch.from_numpy(np.concatenate([*flat, []])).float())
        self.n_columns = sum(k * size for k, size in zip(self.counts, self.sizes, strict=True) if k > 1)
        self.n_columns += sum(self.categories)
        self.width = self.n_genes + self.n_columns

    def encode(self, x: Tensor) -> Tensor:
        """Return the scalars of rows and the one-hot code of their modes, the most likely mode for each value.

        The published method draws modes by their probability; where modes overlap, this adds noise that no net can
        explain, in hundreds of genes at once.
        """
        scalars, modes = torch.empty_like(x[:, : self.n_genes]), []
        for k, genes, means, stds, log_weights in self._groups():
            value = x[:, genes, None]
            distance = (value - means) / stds
            if k == 1:
                scalars[:, genes] = distance[:, :, 0]
                continue
            mode = (log_weights - stds.log() - 8 * distance.square()).argmax(dim=2)
            scalars[:, genes] = distance.gather(2, mode[:, :, None])[:, :, 0]
            modes.append(nn.functional.one_hot(mode, k).to(x.dtype).flatten(1))
        for code, k in zip(x[:, self.n_genes :].long().unbind(dim=1), self.categories, strict=True):
            modes.append(nn.functional.one_hot(code, k).to(x.dtype))
        return torch.cat([scalars, *modes], dim=1)

    def decode(self, encoded: Tensor) -> Tensor:
        """Return rows from scalars and one-hot codes."""
        scalars, modes = encoded[:, : self.n_genes], self.modes(encoded)
        rows = torch.empty_like(scalars)
        for k, genes, means, stds, _ in self._groups():
            if k == 1:
                rows[:, genes] = means[:, 0] + stds[:, 0] * scalars[:, genes]
            else:
                code = next(modes)
                rows[:, genes] = (code * means).sum(dim=2) + (code * stds).sum(dim=2) * scalars[:, genes]
        return torch.cat([rows, *(code.argmax(dim=2).to(rows.dtype) for code in modes)], dim=1)

    def draw(self, output: Tensor, rng: torch.Generator | None) -> Tensor:
        """Return rows from scalars and the logits of the modes, drawing one mode for each value."""
        codes = [
            nn.functional.one_hot((logits + gumbel(logits, rng)).argmax(dim=2), logits.shape[2]).flatten(1)
            for logits in self.modes(output)
        ]
        return self.decode(torch.cat([output[:, : self.n_genes], *codes], dim=1))

    def modes(self, encoded: Tensor) -> Iterator[Tensor]:
        """Yield the mode columns of `encoded` as arrays (n, n_genes, n_modes), one for each number of modes.

        Those of the categories follow, as arrays (n, 1, n_categories).
        """
        start = self.n_genes
        for k, size in zip(self.counts, self.sizes, strict=True):
            if k > 1:
                yield encoded[:, start : start + k * size].unflatten(1, (size, k))
                start += k * size
        for k in self.categories:
            yield encoded[:, None, start : start + k]
            start += k

    def _groups(self) -> Iterator[tuple[int, Tensor, Tensor, Tensor, Tensor]]:
        """Yield number of modes, genes, and parameters (n_genes, n_modes), for each number of modes."""
        lengths = [k * size for k, size in zip(self.counts, self.sizes, strict=True)]
        flat = (values.split(lengths) for values in (self.means, self.stds, self.log_weights))
        for k, genes, *values in zip(self.counts, self.genes.split(self.sizes), *flat, strict=True):
            yield k, genes, *(v.view(-1, k) for v in values)


def gumbel(like: Tensor, rng: torch.Generator | None) -> Tensor:
    """Draw standard Gumbel noise of the shape of `like`."""
    uniform = torch.rand(like.shape, device=like.device, dtype=like.dtype, generator=rng)
    return -(-uniform.clamp(min=1e-20).log()).clamp(min=1e-20).log()
