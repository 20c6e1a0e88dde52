"""The trees of scikit-learn beside those of trees.ts, on one thread: each line on stdin names a file of columns (null where missing; codes of
categories), target and test parts as JSON; the answer is the accuracy or R2 of the predictions of all parts."""

import json
import sys

import numpy as np
import sklearn
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

print(f"scikit-learn {sklearn.__version__}", flush=True)
for line in sys.stdin:
    with open(line.strip()) as file:
        data = json.load(file)
    x = np.array([[np.nan if value is None else value for value in column] for column in data["columns"]]).T
    y = np.array(data["y"])
    regression = data["task"] == "regression"
    model = HistGradientBoostingRegressor if regression else HistGradientBoostingClassifier
    predicted = np.zeros(len(y))
    for test in data["tests"]:
        train = np.setdiff1d(np.arange(len(y)), test)
        fitted = model(categorical_features=data["categorical"], random_state=0).fit(x[train], y[train])
        predicted[test] = fitted.predict(x[test])
    error = np.sum((predicted - y) ** 2) / np.sum((y - y.mean()) ** 2)
    print(1 - error if regression else np.mean(predicted == y), flush=True)
