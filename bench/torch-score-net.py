"""What score-net.ts measures, in PyTorch eager on one thread: for each line `step times` on stdin, a line with the mean
milliseconds of processor time."""

import sys
import time

import torch

torch.set_num_threads(1)
nn = torch.nn
BATCH, SIDE, TIMES, C = 64, 28, 32, 16


def waves(*shape):
    size = 1
    for n in shape:
        size *= n
    return torch.sin(torch.arange(size, dtype=torch.float64) ** 2).float().reshape(shape)


def conv(inputs, outputs, stride=1):
    return nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1)


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.enter, self.leave = conv(1, C), conv(C, 1)
        self.down1, self.inner1 = conv(C, 2 * C, 2), conv(2 * C, 2 * C)
        self.down2, self.inner2 = conv(2 * C, 4 * C, 2), conv(4 * C, 4 * C)
        self.up1, self.outer1, self.up0 = conv(4 * C, 2 * C), conv(2 * C, 2 * C), conv(2 * C, C)
        self.time = nn.ModuleList(nn.Linear(TIMES, C * 2**i) for i in range(3))
        self.twice = nn.Upsample(scale_factor=2)

    def forward(self, x, t):
        silu = nn.functional.silu
        at = [layer(t)[:, :, None, None] for layer in self.time]
        full = silu(self.enter(x) + at[0])
        half = silu(self.down1(full) + at[1])
        half = silu(self.inner1(half)) + half
        quarter = silu(self.down2(half) + at[2])
        quarter = silu(self.inner2(quarter)) + quarter
        back = silu(self.up1(self.twice(quarter))) + half
        back = silu(self.outer1(back)) + back
        return self.leave(silu(self.up0(self.twice(back))) + full)


model = UNet()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
rows = waves(BATCH, SIDE * SIDE + TIMES)
target = waves(BATCH, 1, SIDE, SIDE)


def step():
    optimizer.zero_grad()
    given = rows.clone()
    output = model(given[:, : SIDE * SIDE].reshape(BATCH, 1, SIDE, SIDE), given[:, SIDE * SIDE :])
    loss = (output - target).square().mean()
    loss.backward()
    optimizer.step()
    return loss.item()


print(f"PyTorch {torch.__version__.split('+')[0]}", flush=True)
for line in sys.stdin:
    _, times = line.split()
    started = time.process_time()
    for _ in range(int(times)):
        step()
    print((time.process_time() - started) * 1000 / int(times), flush=True)
