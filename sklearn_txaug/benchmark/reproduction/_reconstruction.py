"""All genes from landmark genes: errors on real rows, and what becomes of synthetic landmarks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ._paper import TEST, TRAIN, Values
from ._rows import manifold_of, standardised
from ._small import small_k, small_net
from ._study import Trained

_WHOLE = ", all genes"


class Reconstruction(NamedTuple):
    """Reconstruction of the other genes by each regressor, and the indicators of whole transcriptomes."""

    regressors: Mapping[str, Any]
    k: int

    def measure(self, trained: Trained) -> Values:
        if trained.study.landmarks is None or trained.all_genes:
            return {}
        return self._of_real_rows(trained) if trained.sampler is None else self._of_synthetic_rows(trained)

    def small(self, n_train: int) -> Reconstruction:
        regressors = {name: small_net(regressor, n_train) for name, regressor in self.regressors.items()}
        return Reconstruction(regressors, small_k(self.k, n_train))

    def _of_real_rows(self, trained: Trained) -> Values:
        X, test, train = trained.study.cohort.X, trained.split.test, trained.split.train
        found = self._utility(trained, X[train], trained.y[train])
        values: Values = {} if found is None else {(TEST, f"{_UTILITY}: measured"): (len(train), found)}
        for name, regressor in self.regressors.items():
            model = trained.split.reconstructor(name, regressor)
            real, rebuilt = standardised(X[train], X[test], model.predict(X[test]))
            manifold = manifold_of(real, rebuilt, self.k)
            shown = {
                "error": -model.score(X[test]),
                "precision": manifold.precision,
                "recall": manifold.recall,
            }
            values |= {
                (TEST, f"{quantity} of reconstruction: {name}"): (len(test), float(value))
                for quantity, value in shown.items()
            }
        return values

    def _of_synthetic_rows(self, trained: Trained) -> Values:
        X, rows, train = trained.study.cohort.X, trained.rows, trained.split.train
        values: Values = {}
        for name, regressor in self.regressors.items():
            rebuilt = trained.split.reconstructor(name, regressor).predict(trained.on_training_rows)
            found = self._utility(trained, rebuilt, trained.y[rows])
            if found is not None:
                values[TEST, f"{_UTILITY}: {name}"] = len(rebuilt), found
            real, new = standardised(X[train], X[rows], rebuilt)
            manifold = manifold_of(real, new, self.k)
            for quantity in ("precision", "recall"):
                value = float(getattr(manifold, quantity))
                values[TRAIN, f"all genes from landmarks, {quantity}: {name}"] = len(rebuilt), value
        return values

    def _utility(self, trained: Trained, X: np.ndarray, y: np.ndarray) -> float | None:
        """Return reverse validation with all genes."""
        classifier = trained.paper.classifiers[_WHOLE]
        whole = trained.study.cohort.X[trained.split.test]
        found = trained.score(classifier, X, y, "", type(classifier).score, whole)
        return None if found is None else float(found)


_UTILITY = "all genes from landmarks, reverse validation"
