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


TASKS = {task.__name__: task for task in (load, embed, kmeans, similarity, sort, compare_similarity, make_points)}

if __name__ == "__main__":
    if sys.argv[1:2] == ["topics"]:
        topics(*sys.argv[2:])
    else:
        for line in sys.stdin:
            task = json.loads(line)
            print(json.dumps(TASKS[task["task"]](task)), flush=True)
