"""A dense log-softmax step of an output layer in PyTorch on one thread: `classes features batch` as arguments; then for
each line on stdin a line with the milliseconds of a step."""

import sys
import time

import torch

torch.set_num_threads(1)
classes, features, batch = map(int, sys.argv[1:])
torch.manual_seed(0)
weight = (torch.randn(classes, features) / features**0.5).requires_grad_()
hidden = torch.randn(batch, features).requires_grad_()


def step():
    labels = torch.randint(classes, (batch,))
    weight.grad = hidden.grad = None
    loss = torch.nn.functional.cross_entropy(hidden @ weight.T, labels)
    loss.backward()
    with torch.no_grad():
        weight.sub_(weight.grad, alpha=0.1)
    return loss.item()


with open("/proc/self/maps") as maps:
    blas = "OpenBLAS" if "openblas" in maps.read() else "other BLAS"
print(f"PyTorch {torch.__version__.split('+')[0]}, {blas}", flush=True)
for _ in sys.stdin:
    started = time.perf_counter()
    step()
    print((time.perf_counter() - started) * 1000, flush=True)
