"""Nets of one shape trained as one: their weights are stacked, so that a step of all is about one step's work."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import torch
from skorch.callbacks import Callback
from torch import Tensor, nn
from torch.func import functional_call, vmap
from torch.utils.data import TensorDataset

from .callbacks import averages_of, callbacks_of
from .divergence import DivergenceGuard
from .loader import ResidentLoader, WeightedLoader
from .meeting import Meeting, Training
from .nets import AdversarialNet, LossNet
from .random import StackedStreams, lend_rng

_MOST_WEIGHTS = 1_000_000  # of a net; larger ones keep a core busy alone
_ELEMENTWISE = {  # optimisers that move each weight by its own gradients
    *(torch.optim.Adam, torch.optim.AdamW, torch.optim.NAdam, torch.optim.RAdam, torch.optim.Adamax),
    *(torch.optim.SGD, torch.optim.RMSprop, torch.optim.Adagrad, torch.optim.Adadelta),
}


def together(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Return what the calls return; nets of one shape that they train, on as many rows, train as one."""
    return [call() for call in calls] if len(calls) < 2 else Meeting(train_alike).run(calls)


def train_alike(trainings: list[Training]) -> list[bool]:
    """Train the nets that are alike as one, and tell for each net whether it has been trained."""
    done = [False] * len(trainings)
    left = [(k, what) for k, training in enumerate(trainings) if (what := _shape(*training)) is not None]
    while left:
        what = left[0][1]
        members = [k for k, other in left if other is what or _equal(other, what)]
        left = [(k, other) for k, other in left if k not in members]
        if len(members) > 1:
            for k, trained in zip(members, _train([trainings[k] for k in members]), strict=True):
                done[k] = trained
    return done


def _train(trainings: list[Training]) -> list[bool]:
    """Train nets as one. Those that diverge, or all if their step cannot be stacked, are left as they were."""
    try:
        fits = [_begin(*training) for training in trainings]
        diverged = _Stack(trainings[0][0], fits, [rows for _, rows in trainings]).fit()
    except Exception:  # whatever it is, a net that trains alone will raise it again
        return [False] * len(trainings)
    for k, ((net, _), fit) in enumerate(zip(trainings, fits, strict=True)):
        if k not in diverged:
            _finish(fit)
            net.__dict__.update(fit.__dict__)
    return [k not in diverged for k in range(len(trainings))]


def _begin(net: LossNet, rows: TensorDataset) -> LossNet:
    """Return a copy of a net that is ready for its first step."""
    fit: LossNet = copy.deepcopy(net).initialize()
    fit.notify("on_train_begin", X=rows, y=None)
    lend_rng(fit.module_, None)
    for guard in _guards(fit):
        guard.n_retries = 0
    return fit


def _finish(fit: LossNet) -> None:
    for tensor in [*fit.module_.parameters(), *fit.module_.buffers()]:
        tensor.data = tensor.data.clone()  # apart from the others
        tensor.grad = None
    fit.on_train_end(fit)
    fit.callbacks_ = []


def _guards(net: LossNet) -> list[DivergenceGuard]:
    return callbacks_of(net, DivergenceGuard)


def _without_guards(callbacks: list[Any]) -> list[Any]:
    """Return copies of the callbacks, but for the guards against divergence, which each net has for itself."""
    return [copy.deepcopy(each) for each in _unnamed(callbacks) if not isinstance(each, DivergenceGuard)]


def _unnamed(callbacks: Any) -> list[Any]:
    """Return the callbacks of a net, some of which have a name beside them."""
    return [given[1] if isinstance(given, tuple) else given for given in callbacks or []]


class _Stack:
    """Several nets, ready for their first step, and the net that trains their stacked weights.

    The weights of the nets are views of the stacked ones, so that what looks at a net sees its training.
    """

    def __init__(self, net: LossNet, fits: list[LossNet], rows: list[TensorDataset]):
        self.fits = fits
        self.rows = TensorDataset(
            *(torch.stack(each, dim=1) for each in zip(*(r.tensors for r in rows), strict=True))
        )
        streams = StackedStreams([fit.rng_ for fit in fits])
        module = _stacked_module([fit.module_ for fit in fits], streams)
        self.watch = _EachFit(fits)
        lead: Any = copy.copy(net)
        self.lead = lead
        lead.__dict__.update(
            module=module,
            iterator_train=partial(_StackedLoader, net.iterator_train),
            callbacks=[*_without_guards(net.callbacks), self.watch],
        )
        lead.initialize()
        lead.rng_, lead.recorded_ = streams, None
        for _, callback in lead.callbacks_:
            callback.on_train_begin(lead, X=rows[0], y=None)
        self._share_averages()

    def _share_averages(self) -> None:
        """Let the moving averages of the nets be views of the stacked ones."""
        for k, fit in enumerate(self.fits):
            for own, all_of_them in zip(averages_of(fit), averages_of(self.lead), strict=True):
                own.weights_ = [weight[k] for weight in all_of_them.weights_]
                own.average_ = [average[k] for average in all_of_them.average_]

    def fit(self) -> set[int]:
        """Train, and return which of the nets have diverged."""
        self.lead.fit_loop(self.rows)
        for _, callback in self.lead.callbacks_:
            callback.on_train_end(self.lead)
        return self.watch.diverged


class _EachFit(Callback):
    """Tells each net of a stack about its own training: history, and guard against divergence."""

    def __init__(self, fits: list[LossNet]):
        self.fits = fits
        self.guards = [_guards(fit) for fit in fits]
        self.diverged: set[int] = set()

    def on_epoch_begin(self, net: Any, **kwargs: Any) -> None:
        self.losses: dict[str, list[Tensor]] = {}
        for fit in self.fits:
            fit.on_epoch_begin(fit)

    def on_batch_end(self, net: Any, batch: Any = None, training: bool = True, **step: Tensor) -> None:
        for name, value in step.items():
            self.losses.setdefault(name, []).append(value.detach())
        for k, fit in enumerate(self.fits):
            for guard in self.guards[k]:
                guard.on_batch_end(fit, loss=step["loss"][k])

    def on_epoch_end(self, net: Any, **kwargs: Any) -> None:
        means = {name: torch.stack(values).mean(dim=0).tolist() for name, values in self.losses.items()}
        for k, fit in enumerate(self.fits):
            for name, of_fits in means.items():
                fit.history.record(f"train_{name}", of_fits[k])
            fit.history.record("dur", net.history[-1, "dur"] / len(self.fits))
            if k not in self.diverged:
                self._look(k, fit)

    def _look(self, k: int, fit: LossNet) -> None:
        try:
            for guard in self.guards[k]:
                guard.on_epoch_end(fit)
        except FloatingPointError:
            self.diverged.add(k)
            if len(self.diverged) == len(self.fits):
                raise


class _StackedLoader(ResidentLoader):
    """Batches (n_nets, n_rows, ...) of rows (n_rows, n_nets, ...), in the order of each net's own loader."""

    def __init__(
        self, kind: type[ResidentLoader], dataset: TensorDataset, batch_size: int, *, rng: Any, **kwargs: Any
    ):
        shown = len(dataset.tensors) - issubclass(kind, WeightedLoader)  # weights of rows are not
        super().__init__(TensorDataset(*dataset.tensors[:shown]), batch_size, **kwargs)
        of_order = dataset.tensors[
            shown - 1 :
        ]  # all that an order depends on, so that rows are on the device once
        self.loaders = [
            kind(TensorDataset(*(tensor[:, net] for tensor in of_order)), batch_size, rng=own, **kwargs)
            for net, own in enumerate(rng.generators)
        ]

    def __iter__(self) -> Iterator[tuple[Tensor, ...]]:
        orders = torch.stack([loader.order() for loader in self.loaders])
        nets = torch.arange(len(orders), device=orders.device)[:, None]
        for rows in orders.tensor_split(self.n_batches, dim=1):
            yield tuple(tensor[rows, nets] for tensor in self.tensors)


def _stacked_module(modules: list[nn.Module], streams: StackedStreams) -> nn.Module:
    """Return a module of the same structure with stacked weights, whose `forward` gives the loss of each."""
    stacked, template = copy.deepcopy(modules[0]), copy.deepcopy(modules[0]).train()
    for path, part in stacked.named_modules():
        for kind in ("_parameters", "_buffers"):
            parts = [getattr(module.get_submodule(path), kind) for module in modules]
            for name, own in getattr(part, kind).items():
                if own is None:
                    continue
                tensors = [each[name] for each in parts]
                stack = torch.stack([tensor.detach() for tensor in tensors])
                for tensor, view in zip(tensors, stack, strict=True):
                    tensor.data = view
                getattr(part, kind)[name] = (
                    nn.Parameter(stack, own.requires_grad) if kind == "_parameters" else stack
                )
    lend_rng(template, streams)  # type: ignore[arg-type]
    stacked.forward = _StackedForward(stacked, template, streams)
    return stacked


class _StackedForward:
    """The losses of all nets of a stack: the module's own `forward`, vectorised over the nets."""

    def __init__(self, stacked: nn.Module, template: nn.Module, streams: StackedStreams):
        self.weights = {**dict(stacked.named_parameters()), **dict(stacked.named_buffers())}
        self.template, self.streams = template, streams

    def __call__(self, *args: Any) -> Tensor:
        batch = tuple(arg for arg in args if isinstance(arg, Tensor))
        others = args[len(batch) :]

        def loss(weights: dict[str, Tensor], net: Tensor, batch: tuple[Tensor, ...]) -> Tensor:
            with self.streams.of(net):
                return functional_call(self.template, weights, (*batch, *others), tie_weights=False)

        nets = torch.arange(len(self.streams.generators), device=batch[0].device)
        return vmap(loss, randomness="same")(self.weights, nets, batch)


def _shape(net: Any, rows: Any) -> Any:
    """Return what nets must have in common to be stacked, or None if this one cannot be."""
    callbacks = _unnamed(net.callbacks)
    if not (
        type(net) in (LossNet, AdversarialNet)
        and isinstance(rows, TensorDataset)
        and getattr(net.module, "static_step", False)
        and net.train_split is None
        and net.iterator_train in (ResidentLoader, WeightedLoader)
        and net.optimizer in _ELEMENTWISE
        and not (net.verbose or net.compile or net.warm_start)
        and all(getattr(callback, "stacks", False) for callback in callbacks)
        and not any(name.startswith("callbacks__") for name in vars(net))
        and sum(weight.numel() for weight in net.module.parameters()) <= _MOST_WEIGHTS
    ):
        return None
    own = {"module", "seed", "callbacks"}
    settings = {name: value for name, value in _settings(net).items() if name not in own}
    tensors = [
        (name, tensor.shape, tensor.dtype, tensor.requires_grad)
        for name, tensor in [*net.module.named_parameters(), *net.module.named_buffers()]
    ]
    parts = [(name, type(part), _settings(part)) for name, part in net.module.named_modules()]
    watching = [(type(callback), _settings(callback)) for callback in callbacks]
    return settings, tensors, parts, watching, [(t.shape, t.dtype) for t in rows.tensors]


def _equal(one: Any, other: Any) -> bool:
    try:
        return bool(one == other)
    except (ValueError, RuntimeError):  # arrays among the settings, for which == has several answers
        return False


def _settings(thing: Any) -> dict[str, Any]:
    return {name: value for name, value in vars(thing).items() if name[0] != "_" and name[-1] != "_"}
