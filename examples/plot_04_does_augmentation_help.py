"""
Does augmentation help?
=======================

Measure it on your own cohort: how much a classifier gains on held-out rows, with what error, under which protocol.
Then let a sampler decide by itself, fold by fold, without looking at the test rows.
"""

# %%
# The data: 189 profiles from seven tissues. The classifier is a logistic regression, and the two samplers train in no
# time; a deep generator takes the same lines of code and a minute for each training.
from imblearn.over_sampling import SMOTE
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_txaug.datasets import load_tissue_expression
from sklearn_txaug.over_sampling import GaussianSampler

X, y = load_tissue_expression(return_X_y=True)
X = X[:, ::4]
model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
samplers = {"SMOTE": SMOTE(), "Gaussian": GaussianSampler()}

# %%
# How many synthetic rows? Each split leaves 28 real rows for training. In each split the generator is trained once
# and sampled at every amount, and the classifier is scored on the rows held out. Differences are paired by split, and
# their standard error allows for splits that share training rows. A point within its error of the dashed line is not
# evidence of a gain.
from sklearn_txaug.model_selection import AugmentationCurveDisplay

AugmentationCurveDisplay.from_estimator(
    samplers, model, X, y, n_real=28, n_synthetic=[14, 56, 224], cv=4, random_state=0
)

# %%
# How many real rows? Published gains are large where real rows are few, and most of them are *oracle*: the generator
# had seen the whole cohort, and only the classifier had few rows. Under the *honest* protocol both see the same
# rows. The two answer different questions: how much a large cohort can help yours, and how much yours helps itself.
from sklearn_txaug.model_selection import LowDataCurveDisplay, low_data_curve

curves = {
    f"Gaussian, {protocol}": low_data_curve(
        samplers["Gaussian"],
        model,
        X,
        y,
        n_real=[14, 28, 84],
        n_synthetic=100,
        protocol=protocol,
        cv=4,
        random_state=0,
    )
    for protocol in ("honest", "oracle")
}
LowDataCurveDisplay.from_data(curves, kind="score")

# %%
# The numbers behind the curve. The generator that saw the whole cohort raises the score at each size; the one that
# saw only the rows of the classifier raises it at one size and lowers it at another. With four splits, none of the
# differences is beyond two of its errors.
curves["Gaussian, oracle"].summary().drop(columns=["sampler", "protocol"]).round(3)

# %%
# A gate decides for you. It cross-validates candidates and amounts, including no augmentation, on the training rows,
# and adds rows only if the gain is larger than its error.
from sklearn_txaug.model_selection import SelectiveSampler

few = slice(None, None, 4)
gate = SelectiveSampler(candidates=samplers, estimator=model, n_synthetic=(0.5, 1.0), cv=3, random_state=0)
X_res, y_res = gate.fit_resample(X[few], y[few])
print(gate.decision_)
print(X[few].shape, "->", X_res.shape)

# %%
# Everything it compared is in ``cv_results_``.
for params, gain, error in zip(
    gate.cv_results_["params"],
    gate.cv_results_["mean_difference"],
    gate.cv_results_["standard_error"],
    strict=True,
):
    print(f"{gain:+.3f} +- {error:.3f}  {params}")

# %%
# In a pipeline the choice is made again on the training rows of each fold, so the score is honest:
# ``cross_val_score(make_pipeline(gate, model), X, y)``. If several rows come from one patient, pass ``groups``.
