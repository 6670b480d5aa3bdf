"""The peers' side of `cargo xtask bench`: what a Python user would write.

Reads one task per line from standard input, as JSON, and answers with one line, as
`kindred-bench` does. Matrices are files of little-endian float32, row-major. Only the
work itself is timed: never starting, loading or writing.

`peer.py topics FILE MODEL` instead does the whole way from a list to topics once.
"""

import json
import sys
import time


def load(task):
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    logging.disable_progress_bar()
    torch.set_num_threads(task["threads"])
    global model
    model = SentenceTransformer(task["model"], device="cpu")
    return {"seconds": 0.0}


def embed(task):
    import numpy

    with open(task["texts"], encoding="utf-8") as file:
        texts = file.read().splitlines()
    started = time.perf_counter()
    vectors = model.encode(texts, batch_size=task["batch"], normalize_embeddings=True)
    seconds = time.perf_counter() - started
    numpy.asarray(vectors, dtype="<f4").tofile(task["out"])
    return {"seconds": seconds}


def kmeans(task):
    from sklearn.cluster import KMeans

    points, start = read(task["points"], task["dim"]), read(task["start"], task["dim"])
    estimator = KMeans(
        len(start), init=start, n_init=1, algorithm="lloyd", tol=0, max_iter=task["rounds"]
    )
    started = time.perf_counter()
    estimator.fit(points)
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "inertia": float(estimator.inertia_), "rounds": estimator.n_iter_}


def similarity(task):
    points = read(task["points"], task["dim"])
    started = time.perf_counter()
    similarities = points @ points.T
    seconds = time.perf_counter() - started
    assert similarities.shape == (len(points), len(points))
    return {"seconds": seconds}


def sort(task):
    """The nearest centroid of three examples for each topic."""
    points = read(task["points"], task["dim"])
    started = time.perf_counter()
    centroids = points[: 3 * task["topics"]].reshape(task["topics"], 3, -1).mean(axis=1)
    (points @ centroids.T).argmax(axis=1)
    return {"seconds": time.perf_counter() - started}


def neighbours(task):
    """Neighbours by pynndescent, once it was compiled; itself counts as one there."""
    import numpy
    from pynndescent import NNDescent

    points = read(task["points"], task["dim"])
    NNDescent(points[:1000], metric="cosine", n_jobs=task["threads"]).neighbor_graph
    started = time.perf_counter()
    graph = NNDescent(
        points, metric="cosine", n_neighbors=task["count"] + 1, n_jobs=task["threads"]
    ).neighbor_graph
    seconds = time.perf_counter() - started
    graph[0][:, 1:].astype("<u4").tofile(task["out"])
    return {"seconds": seconds}


def map(task):
    """UMAP by umap-learn, once it was compiled, or t-SNE by openTSNE."""
    points = read(task["points"], task["dim"])
    if task["method"] == "umap":
        from umap import UMAP

        UMAP(metric="cosine", n_jobs=task["threads"]).fit(points[:1000])
        started = time.perf_counter()
        positions = UMAP(metric="cosine", n_jobs=task["threads"]).fit_transform(points)
    else:
        from openTSNE import TSNE

        started = time.perf_counter()
        positions = TSNE(metric="cosine", n_jobs=task["threads"]).fit(points)
    seconds = time.perf_counter() - started
    positions.astype("<f4").tofile(task["out"])
    return {"seconds": seconds}


def ward(task):
    from sklearn.cluster import AgglomerativeClustering

    points = read(task["points"], task["dim"])
    estimator = AgglomerativeClustering(n_clusters=2, linkage="ward", compute_distances=True)
    started = time.perf_counter()
    estimator.fit(points)
    seconds = time.perf_counter() - started
    estimator.distances_.astype("<f4").tofile(task["out"])
    return {"seconds": seconds}


def hdbscan(task):
    from sklearn.cluster import HDBSCAN

    points = read(task["points"], task["dim"])
    estimator = HDBSCAN(n_jobs=task["threads"])
    started = time.perf_counter()
    labels = estimator.fit_predict(points)
    seconds = time.perf_counter() - started
    labels.astype("<i4").tofile(task["out"])
    return {"seconds": seconds}


def silhouette(task):
    """Over `n x n` distances, as scikit-learn does it."""
    import numpy
    from sklearn.metrics import silhouette_score

    points = read(task["points"], task["dim"])
    groups = numpy.fromfile(task["groups"], dtype="<u4")
    started = time.perf_counter()
    score = silhouette_score(points, groups, metric="cosine")
    return {"seconds": time.perf_counter() - started, "silhouette": float(score)}


def recall(task):
    """Share of the true neighbours of evenly spaced points that were found."""
    import numpy

    points, count = read(task["points"], task["dim"]), task["count"]
    found = numpy.fromfile(task["found"], dtype="<u4").reshape(-1, count)
    chosen = numpy.linspace(0, len(points) - 1, 1000).astype(int)
    hits = 0
    for index in chosen:
        similar = points @ points[index]
        similar[index] = -2
        truth = numpy.argpartition(-similar, count)[:count]
        hits += len(set(truth) & set(found[index]))
    return {"seconds": 0.0, "share": hits / (len(chosen) * count)}


def trust(task):
    """Trustworthiness at 15 neighbours, over evenly spaced points."""
    import numpy

    points = read(task["points"], task["dim"])
    positions = numpy.fromfile(task["found"], dtype="<f4").reshape(-1, 2)
    n, k = len(points), 15
    chosen = numpy.linspace(0, n - 1, min(n, 1000)).astype(int)
    penalty = 0
    for index in chosen:
        similar = points @ points[index]
        similar[index] = 2
        rank = numpy.empty(n, dtype=int)
        rank[numpy.argsort(-similar, kind="stable")] = numpy.arange(n)
        distances = ((positions - positions[index]) ** 2).sum(axis=1)
        distances[index] = numpy.inf
        near = numpy.argpartition(distances, k)[:k]
        penalty += numpy.maximum(rank[near] - k, 0).sum()
    return {"seconds": 0.0, "share": 1 - 2 * penalty / (len(chosen) * k * (2 * n - 3 * k - 1))}


def overlap(task):
    """Share of the ten nearest neighbours that two sets of vectors have in common."""
    import numpy

    a, b = (read(task[name], task["dim"]) for name in ("a", "b"))
    chosen = numpy.linspace(0, len(a) - 1, 500).astype(int)
    shared = 0
    for index in chosen:
        near = []
        for vectors in (a, b):
            similar = vectors @ vectors[index]
            similar[index] = -2
            near.append(set(numpy.argpartition(-similar, 10)[:10]))
        shared += len(near[0] & near[1])
    return {"seconds": 0.0, "share": shared / (len(chosen) * 10)}


def agreement(task):
    """Adjusted Rand index of two groupings."""
    import numpy
    from sklearn.metrics import adjusted_rand_score

    a, b = (numpy.fromfile(task[name], dtype="<i4") for name in ("a", "b"))
    return {"seconds": 0.0, "share": float(adjusted_rand_score(a, b))}


def compare_similarity(task):
    """The largest difference between the exact similarities and those of a byte matrix."""
    import numpy

    points = read(task["points"], task["dim"])
    cells = numpy.fromfile(task["cells"], dtype=numpy.uint8).reshape(len(points), -1)
    largest = 0.0
    for first in range(0, len(points), 1000):
        exact = points[first : first + 1000] @ points.T
        shown = cells[first : first + 1000] / 127.0 - 1.0
        difference = abs(exact - shown)
        rows = numpy.arange(len(difference))
        difference[rows, first + rows] = 0.0  # Itself: not shown.
        largest = max(largest, float(difference.max()))
    return {"seconds": 0.0, "difference": largest}


def make_points(task):
    """Unit vectors around 200 directions of different weight, and starting centroids."""
    import numpy

    random = numpy.random.default_rng(20)
    centres = random.standard_normal((200, task["dim"]), dtype=numpy.float32)
    weights = random.dirichlet(numpy.full(200, 2.0))
    points = centres[random.choice(200, task["count"], p=weights)]
    points += 1.5 * random.standard_normal(points.shape, dtype=numpy.float32)
    points /= numpy.linalg.norm(points, axis=1, keepdims=True)
    points.astype("<f4").tofile(task["points"])
    points[:10_000].astype("<f4").tofile(task["fewer"])
    groups = (points @ points[:100].T).argmax(axis=1)
    groups.astype("<u4").tofile(task["groups"])
    groups[:10_000].astype("<u4").tofile(task["fewer_groups"])
    points[random.choice(len(points), 50, replace=False)].astype("<f4").tofile(task["start"])
    return {"seconds": 0.0}


def topics(file, model_folder):
    """Prints the topic of every text of a CSV file's first column."""
    import csv

    from sentence_transformers import SentenceTransformer
    from sklearn.cluster import KMeans

    with open(file, encoding="utf-8", newline="") as rows:
        texts = [row[0] for row in csv.reader(rows)][1:]
    vectors = SentenceTransformer(model_folder, device="cpu").encode(texts)
    labels = KMeans(10, n_init=10, random_state=0).fit_predict(vectors)
    for text, label in zip(texts, labels):
        print(text, label, sep="\t")


def read(path, dim):
    import numpy

    return numpy.fromfile(path, dtype="<f4").reshape(-1, dim)


TASKS = {
    task.__name__: task
    for task in (
        load, embed, kmeans, similarity, sort, neighbours, map, ward, hdbscan, silhouette, recall,
        trust, overlap, agreement, compare_similarity, make_points,
    )
}

if __name__ == "__main__":
    if sys.argv[1:2] == ["topics"]:
        topics(*sys.argv[2:])
    else:
        for line in sys.stdin:
            task = json.loads(line)
            print(json.dumps(TASKS[task["task"]](task)), flush=True)
