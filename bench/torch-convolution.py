"""What convolution.ts measures, in PyTorch eager on one thread: for each line `what times` on stdin, a line with the mean
milliseconds of processor time. Steps and gradients as there; images channels first, as PyTorch has them."""

import sys
import time

import torch

torch.set_num_threads(1)
nn = torch.nn


def numbers(*shape):
    size = 1
    for n in shape:
        size *= n
    return torch.sin(torch.arange(size, dtype=torch.float64) ** 2).float().reshape(shape)


model = nn.Sequential(
    nn.Conv2d(1, 16, 3, padding=1),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(16, 32, 3, padding=1),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Linear(7 * 7 * 32, 10),
)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
images = numbers(64, 1, 28, 28)
labels = torch.arange(64) % 10


def step():
    optimizer.zero_grad()
    loss = nn.functional.cross_entropy(model(images.clone()), labels.clone())
    loss.backward()
    optimizer.step()
    return loss.item()


def forward():
    with torch.no_grad():
        return model(images.clone()).sum().item()


def layer(batch, side, inputs, outputs):
    conv = nn.Conv2d(inputs, outputs, 3, padding=1)
    x = numbers(batch, inputs, side, side).requires_grad_()

    def run():
        conv.zero_grad()
        x.grad = None
        conv(x).square().sum().backward()
        return x.grad[0, 0, 0, 0].item()

    return run


runs = {
    "step": step,
    "forward": forward,
    "narrow": layer(64, 14, 16, 32),
    "wide": layer(32, 16, 64, 64),
}
print(f"PyTorch {torch.__version__.split('+')[0]}", flush=True)
for line in sys.stdin:
    what, times = line.split()
    started = time.process_time()
    for _ in range(int(times)):
        runs[what]()
    print((time.process_time() - started) * 1000 / int(times), flush=True)
