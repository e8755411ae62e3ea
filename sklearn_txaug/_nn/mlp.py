"""The multilayer perceptron of classifier and regressor."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

from .random import Dropout


class MLP(nn.Module):
    """Linear, norm, activation and dropout in each hidden layer, a linear output, and the loss for the targets."""

    static_step = True  # see GenerativeModule

    def __init__(
        self,
        n_in: int,
        n_out: int,
        hidden: Sequence[int],
        dropout: float,
        loss: nn.Module,
        activation: str = "relu",
        norm: str = "none",
    ):
        super().__init__()
        widths = [n_in, *hidden]
        layers: list[nn.Module] = []
        for a, b in zip(widths, widths[1:], strict=False):
            layers.append(nn.Linear(a, b))
            if norm == "batch":
                layers.append(nn.BatchNorm1d(b))
            layers += [nn.ReLU() if activation == "relu" else nn.Tanh(), Dropout(dropout)]
        self.hidden = nn.Sequential(*layers)
        self.output = nn.Linear(widths[-1], n_out)
        self.loss = loss

    def forward(self, x: Tensor, y: Tensor, *weight: Tensor) -> Tensor:
        return self.loss(self.predict(x), y, *weight)

    def predict(self, x: Tensor) -> Tensor:
        return self.output(self.hidden(x))

    def embed(self, x: Tensor) -> Tensor:
        return self.hidden[:-2](x)  # without the last activation and dropout


class CrossEntropy(nn.CrossEntropyLoss):
    """Cross-entropy of rows that may have weights, 1 on average."""

    def forward(self, output: Tensor, y: Tensor, weight: Tensor | None = None) -> Tensor:
        if weight is None:
            return super().forward(output, y)
        losses = nn.functional.cross_entropy(
            output, y, reduction="none", label_smoothing=self.label_smoothing
        )
        return (weight * losses).mean()
