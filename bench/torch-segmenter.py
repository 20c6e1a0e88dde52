"""The segmenter of night-segmenter.ts in PyTorch eager on one thread: for each line `step times` on stdin, a line with the mean
milliseconds of processor time. torch-night-segmenter.py has it behind an enhancer."""

import sys
import time

import torch

torch.set_num_threads(1)
nn, F = torch.nn, torch.nn.functional
BATCH, SIDE, CLASSES, WIDTH = 8, 48, 5, 12


def conv(inputs, outputs, stride=1):
    return nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1)


class Segmenter(nn.Module):
    def __init__(self):
        super().__init__()
        deep = 2 * WIDTH
        self.enter, self.down1, self.down2 = conv(1, WIDTH), conv(WIDTH, deep, 2), conv(deep, deep, 2)
        self.inner, self.again, self.logits = conv(deep, deep), conv(2 * deep, WIDTH), conv(2 * WIDTH, CLASSES)
        self.twice = nn.Upsample(scale_factor=2)

    def forward(self, x):
        full = F.relu(self.enter(x))
        half = F.relu(self.down1(full))
        inner = F.relu(self.inner(F.relu(self.down2(half))))
        again = F.relu(self.again(torch.cat([self.twice(inner), half], 1)))
        return self.logits(torch.cat([self.twice(again), full], 1))


def answer(model):
    """Trains the model whenever stdin asks."""
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    at = torch.arange(BATCH * SIDE * SIDE)
    x = (0.5 + 0.5 * torch.sin(at.double() ** 2)).float().reshape(BATCH, 1, SIDE, SIDE)
    y = (at * at % CLASSES).reshape(BATCH, SIDE, SIDE)
    print(f"PyTorch {torch.__version__.split('+')[0]}", flush=True)
    for line in sys.stdin:
        times = int(line.split()[1])
        started = time.process_time()
        for _ in range(times):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x.clone()), y)
            loss.backward()
            optimizer.step()
            loss.item()
        print((time.process_time() - started) * 1000 / times, flush=True)


if __name__ == "__main__":
    answer(Segmenter())
