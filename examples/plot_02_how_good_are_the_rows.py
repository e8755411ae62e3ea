"""
How good are the rows?
======================

Measure synthetic profiles with the indicators of the literature, each beside the value that other real profiles
reach, and keep the weights that are best on held-out rows instead of the last ones.
"""

# %%
# The generator sees two thirds of the profiles; the others are held out.
from sklearn.model_selection import train_test_split

from sklearn_txaug.datasets import load_tissue_expression

X, y = load_tissue_expression(return_X_y=True, as_frame=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=1 / 3, stratify=y, random_state=0)

# %%
# A WGAN-GP. The callback holds out a fifth of the training rows, scores the averaged generator on them every ten
# epochs, and puts the best weights in place at the end.
from sklearn_txaug.callbacks import IndicatorCheckpoint
from sklearn_txaug.over_sampling import GaussianSampler, WGANGPSampler
from sklearn_txaug.plotting import TrainingHistoryDisplay

gan = WGANGPSampler(max_epochs=150, callbacks=[IndicatorCheckpoint(every=10)], random_state=0).fit(
    X_train, y_train
)
TrainingHistoryDisplay.from_estimator(gan)

# %%
# The report: all indicators in one space, against training and against held-out rows. *Reference* is the value that
# other real rows reach in place of the synthetic ones, the best that can be expected.
from sklearn_txaug.metrics import quality_report

X_new, y_new = gan.sample(len(X_train))
report = quality_report(X_train, y_train, X_new, y_new, X_test, y_test)
shown = ["indicator", "field", "value", "reference", "best", "verdict"]
report.query("against == 'test' and family == 'manifold'")[shown]

# %%
# In short, against held-out rows. ``report.to_html("report.html")`` writes a page to read, and
# ``python -m sklearn_txaug evaluate`` makes the same page from files.
report.query("against == 'test'")["verdict"].value_counts()

# %%
# Next to a Gaussian for each class, which trains in no time and is the first thing that a deep generator has to beat.
# Up is more plausible, to the right is more varied; the star is where other real rows are.
from sklearn_txaug.plotting import DifferentialExpressionDisplay, EmbeddingDisplay, PrecisionRecallDisplay

gaussian = GaussianSampler(random_state=0).fit(X_train, y_train)
PrecisionRecallDisplay.from_estimator(
    {"Gaussian": gaussian, "WGAN-GP": gan}, X_test, y_test, X_reference=X_train
)

# %%
# Where the rows lie (open: real and held out, filled: synthetic).
EmbeddingDisplay.from_estimator(gan, X_test, y_test)

# %%
# Are the differences between tissues kept? A slope below 1 means that they are attenuated, as they are by most
# generators. Of the placenta only two profiles are held out, too few to tell.
DifferentialExpressionDisplay.from_estimator(gan, X_test, y_test)

# %%
# Which real rows are missed? By class, and for rows that lie among others or far from them.
report.blind_spots[["grouping", "group", "n_real", "recalled", "reference_recalled"]]
