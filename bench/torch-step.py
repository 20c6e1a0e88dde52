"""The Adam steps of adam-step.ts in PyTorch eager on one thread: for each line `network steps` on stdin, a line with the
mean milliseconds of a step. As there, every step takes a fresh batch and reads the loss."""

import sys
import time

import torch

torch.set_num_threads(1)


def step_of(rows, sizes):
    layers = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [torch.nn.Linear(inputs, outputs), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers[:-1])
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    x = torch.sin(torch.arange(rows * sizes[0], dtype=torch.float64) ** 2).float().reshape(rows, sizes[0])
    y = ((x[:, 0] + 1) / 2 * sizes[-1]).long() % sizes[-1]

    def step():
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x.clone()), y.clone())
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


networks = {"small": step_of(128, [30, 64, 64, 2]), "large": step_of(256, [784, 256, 10])}
with open("/proc/self/maps") as maps:
    blas = "OpenBLAS" if "openblas" in maps.read() else "other BLAS"
print(f"PyTorch {torch.__version__.split('+')[0]}, {blas}", flush=True)
for line in sys.stdin:
    network, steps = line.split()
    started = time.perf_counter()
    for _ in range(int(steps)):
        networks[network]()
    print((time.perf_counter() - started) * 1000 / int(steps), flush=True)
