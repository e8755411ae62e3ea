"""
Gene graphs, attention, and the lesion
======================================

AttGAN lets a WGAN-GP attend along the edges of a gene graph. Does the knowledge in the graph matter? Shuffle the
genes and see.
"""

# %%
# A co-expression graph from the training rows: an edge where two genes correlate by more than .6.
from sklearn.model_selection import train_test_split

from sklearn_txaug.datasets import load_tissue_expression
from sklearn_txaug.graphs import coexpression_graph

X, y = load_tissue_expression(return_X_y=True, as_frame=True)
X = X.iloc[:, ::5]
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=0)
graph = coexpression_graph(X_train, threshold=0.6)
print(graph)

# %%
# The same net with the graph, with the genes of the graph permuted (the lesion, RandAttGAN), and without
# attention. Trainings are short here; the defaults take about ten times as long.
from sklearn_txaug.over_sampling import AttGANSampler, WGANGPSampler

samplers = {
    "graph": AttGANSampler(graphs=graph, max_epochs=40, random_state=0),
    "permuted": AttGANSampler(graphs=graph.permuted(random_state=0), max_epochs=40, random_state=0),
    "no attention": WGANGPSampler(max_epochs=40, random_state=0),
}

# %%
# Precision: how many synthetic rows lie among real ones. Recall: how much of the real rows they cover. Both
# on held-out rows, with those of the training rows themselves as the reference.
from sklearn_txaug.metrics import precision_recall_f1

rows = {"real": X_train}
for name, sampler in samplers.items():
    rows[name], _ = sampler.fit(X_train, y_train).sample(len(X_train), random_state=0)
for name, found in rows.items():
    scores = precision_recall_f1(X_test, found, k=5)
    print(f"{name:13} precision {scores.precision:.2f}  recall {scores.recall:.2f}")

# %%
# Where the head looks: the attention along the edges that exceed most what the same head gives to genes in a random
# order (open, with the standard deviation over the orders).
from sklearn_txaug.plotting import GeneGraphAttentionDisplay

GeneGraphAttentionDisplay.from_estimator(samplers["graph"])

# %%
# The permuted graph does as well, here, in the published study and in :doc:`our benchmarks <../benchmarks_quality>`.
# So a picture of attention is a picture of weights, and no evidence about genes.
