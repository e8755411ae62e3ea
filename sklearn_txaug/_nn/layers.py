"""Building blocks of the generators: label conditioning and the multilayer perceptron conditioned at each layer."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

import torch
from torch import Tensor, nn

from .aligned import AlignedLinear, side_by_side
from .conditions import CovariateLayout, JointCondition

Norm = Literal["batch", "layer", "none"]
Conditioning = Literal["embedding", "paper"]

_NORMS: dict[str, Callable[[int], nn.Module]] = {
    "batch": nn.BatchNorm1d,
    "layer": nn.LayerNorm,
    "none": lambda width: nn.Identity(),
}


class LabelEmbedding(nn.Module):
    """Class code -> learned vector of size min(64, 4 ceil(sqrt(n_classes))) beside the one-hot code.

    Condition vectors (a floating dtype) pass through, so that a generator also samples between two classes.
    """

    def __init__(self, n_classes: int):
        super().__init__()
        self.n_classes = n_classes
        self.embedding = nn.Embedding(n_classes, min(64, 4 * math.ceil(math.sqrt(n_classes))))
        self.width = n_classes + self.embedding.embedding_dim

    def forward(self, y: Tensor) -> Tensor:
        if y.is_floating_point():
            return y
        one_hot = nn.functional.one_hot(y, self.n_classes).to(self.embedding.weight.dtype)
        return torch.cat([one_hot, self.embedding(y)], dim=1)


class PaperEmbedding(nn.Module):
    """The published code: the same two rows embed each entry of the one-hot vector; the width is 2 n_classes."""

    def __init__(self, n_classes: int):
        super().__init__()
        self.n_classes = n_classes
        self.embedding = nn.Embedding(n_classes, 2)  # only rows 0 and 1 are ever read
        self.width = 2 * n_classes

    def forward(self, y: Tensor) -> Tensor:
        if y.is_floating_point():
            return y
        two_rows = self.embedding.weight[:2]
        own = nn.functional.one_hot(y, self.n_classes).to(two_rows.dtype)
        # one product, and one for its gradient
        return (torch.stack([1 - own, own], dim=2) @ two_rows).flatten(1)


def make_conditioning(
    kind: str, n_classes: int, covariates: CovariateLayout | None = None
) -> LabelEmbedding | PaperEmbedding | JointCondition:
    """Return the layer that turns labels into condition vectors; its attribute `width` is their width.

    Labels are class codes, or if there are covariates, those `with_covariates`.
    """
    embed = PaperEmbedding if kind == "paper" else LabelEmbedding
    return embed(n_classes) if covariates is None else JointCondition(embed, n_classes, covariates)


def hidden_layers(widths: Sequence[int], norm: str, slope: float = 0.05) -> nn.Sequential:
    """Return Linear, normalisation, LeakyReLU for each step of `widths`."""
    return nn.Sequential(
        *(
            nn.Sequential(nn.Linear(a, b), _NORMS[norm](b), nn.LeakyReLU(slope))
            for a, b in zip(widths, widths[1:], strict=False)
        )
    )


class ConditionedMLP(nn.Module):
    """Multilayer perceptron in which every layer sees the condition vector.

    Each hidden layer is Linear, normalisation, LeakyReLU; the output layer is linear.

    Parameters
    ----------
    n_in, n_out, n_condition : int
        Widths of input, output and condition vector.
    hidden : sequence of int
        Widths of the hidden layers.
    norm : {"batch", "layer", "none"}
        Normalisation of the hidden layers.
    slope : float
        Negative slope of LeakyReLU.
    """

    def __init__(
        self,
        n_in: int,
        n_out: int,
        n_condition: int,
        hidden: Sequence[int],
        *,
        norm: str = "none",
        slope: float = 0.05,
    ):
        super().__init__()
        widths = [n_in, *hidden]
        self.layers = nn.ModuleList(
            nn.Sequential(AlignedLinear(a + n_condition, b), _NORMS[norm](b), nn.LeakyReLU(slope))
            for a, b in zip(widths, widths[1:], strict=False)
        )
        self.output = AlignedLinear(widths[-1] + n_condition, n_out)
        self.is_piecewise_linear = norm == "none" and len(hidden) > 0

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        return self._through(self.layers, x, condition)

    def _through(self, layers: Iterable[nn.Module], x: Tensor, condition: Tensor) -> Tensor:
        """Return the output for what these layers, which are the last ones, get."""
        for layer in [*layers, self.output]:
            x = layer(side_by_side(x, condition))
        return x

    def first_linear(self, x: Tensor, condition: Tensor) -> Tensor:
        """Return what the first linear layer makes of rows, which `from_first_linear` goes on from."""
        linear: Any = self.layers[0]
        return linear[0](side_by_side(x, condition))

    def from_first_linear(self, first: Tensor, condition: Tensor) -> Tensor:
        begun: Any = self.layers[0]
        return self._through(self.layers[1:], begun[2](begun[1](first)), condition)

    def input_gradient(self, first: Tensor, condition: Tensor) -> Tensor:
        """Return the gradient in the rows of the first output, for rows given by `first_linear`, without norms.

        Between linear layers there are only constant slopes then, so that it is a product of weights and slopes: its
        own gradient takes one backward pass and none through the forward pass.
        """
        layers: Any = list(self.layers)
        slopes = []
        with torch.no_grad():
            for layer, following in zip(layers, [*layers[1:], None], strict=True):
                slopes.append(torch.full_like(first, layer[2].negative_slope).masked_fill_(first > 0, 1))
                if following is not None:
                    first = following[0](side_by_side(first * slopes[-1], condition))
        gradient = self.output.weight[:1]
        for layer, slope in zip(reversed(layers), reversed(slopes), strict=True):
            gradient = (gradient[:, : slope.shape[1]] * slope) @ layer[0].aligned_weight(slope)
        return gradient[:, : layers[0][0].in_features - condition.shape[1]]


class Player(ConditionedMLP):
    """A `ConditionedMLP` that takes class codes, which it embeds itself, or condition vectors.

    Two players that share no weights need an embedding each; `condition` is that of this player.
    """

    def __init__(
        self,
        n_in: int,
        n_out: int,
        n_classes: int,
        hidden: Sequence[int],
        *,
        norm: str,
        conditioning: str,
        covariates: CovariateLayout | None = None,
    ):
        condition = make_conditioning(conditioning, n_classes, covariates)
        super().__init__(n_in, n_out, condition.width, hidden, norm=norm)
        self.condition = condition

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return super().forward(x, self.condition(y))
