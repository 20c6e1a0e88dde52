"""Histogram gradient boosting of scikit-learn with its defaults, on one thread: each line on stdin names a file with columns (null where missing;
codes of categories), target and the rows to train and to test on. The predictions go to the file that it names as `out`, as float64: probabilities
of all classes, or numbers. The answer is processor seconds."""

import json
import sys
import time

import numpy as np
import sklearn
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

print(f"scikit-learn {sklearn.__version__}", flush=True)
for line in sys.stdin:
    with open(line.strip()) as file:
        data = json.load(file)
    x = np.array([[np.nan if value is None else value for value in column] for column in data["columns"]]).T
    y, train, test = np.array(data["y"]), data["train"], data["test"]
    options = {"categorical_features": data["categorical"], "random_state": data["seed"]}
    started = time.process_time()
    if data["classes"] == 0:
        predicted = HistGradientBoostingRegressor(**options).fit(x[train], y[train]).predict(x[test])
    else:
        model = HistGradientBoostingClassifier(**options).fit(x[train], y[train])
        predicted = np.zeros((len(test), data["classes"]))
        predicted[:, model.classes_] = model.predict_proba(x[test])
    seconds = time.process_time() - started
    predicted.astype("<f8").tofile(data["out"])
    print(seconds, flush=True)
