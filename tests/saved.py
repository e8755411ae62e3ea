"""Samplers in files: written, read, and compared by the rows they draw."""

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin

from sklearn_txaug.persistence import load_sampler


class HomeMade(TransformerMixin, BaseEstimator):
    """A scaler of the user's own."""

    def fit(self, X, y=None):
        self.mean_ = X.mean(axis=0)
        return self

    def transform(self, X):
        return X - self.mean_

    def inverse_transform(self, X):
        return X + self.mean_


def same_rows(one, other, **sample):
    for state in (3,) if one.random_state is None else (None, 3):
        rows, labels = one.sample(12, random_state=state, **sample)
        again, labels_again = other.sample(12, random_state=state, **sample)
        assert type(rows) is type(again)
        assert type(labels) is type(labels_again)
        dense, dense_again = (x.toarray() if sparse.issparse(x) else np.asarray(x) for x in (rows, again))
        np.testing.assert_array_equal(dense, dense_again)
        np.testing.assert_array_equal(np.asarray(labels), np.asarray(labels_again))


def through_file(sampler, tmp_path, **options):
    sampler.save(tmp_path / "sampler.txaug")
    return load_sampler(tmp_path / "sampler.txaug", **options)
