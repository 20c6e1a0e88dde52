"""The segmenter behind FeatEnHancer of night-segmenter.ts in PyTorch eager, asked as torch-segmenter.py is."""

import importlib.util
import math
import pathlib

import torch

spec = importlib.util.spec_from_file_location("segmenter", pathlib.Path(__file__).with_name("torch-segmenter.py"))
segmenter = importlib.util.module_from_spec(spec)
spec.loader.exec_module(segmenter)
nn, F, conv = torch.nn, torch.nn.functional, segmenter.conv
WIDTH, FEATURES, HEADS = 8, 8, 4


class Enhancer(nn.Module):
    def __init__(self):
        super().__init__()
        self.quarter, self.octa = nn.Conv2d(1, 1, 7, 4), nn.Conv2d(1, 1, 3, 2)
        sizes = [(1, WIDTH)] + 3 * [(WIDTH, WIDTH)] + 2 * [(2 * WIDTH, WIDTH)] + [(2 * WIDTH, FEATURES)]
        self.extractor = nn.ModuleList(conv(*size) for size in sizes)
        self.query = nn.Sequential(nn.Conv2d(FEATURES, FEATURES, 7, 4), nn.Conv2d(FEATURES, FEATURES, 3, 2))
        self.key = nn.Conv2d(FEATURES, FEATURES, 3, 2)
        self.out = nn.Sequential(conv(2 * FEATURES, WIDTH), conv(WIDTH, FEATURES), nn.Tanh())

    def extract(self, x):
        e = self.extractor
        x1 = F.relu(e[0](x))
        x2 = F.relu(e[1](x1))
        x3 = F.relu(e[2](x2))
        x4 = F.relu(e[3](x3))
        x5 = F.relu(e[4](torch.cat([x3, x4], 1)))
        x6 = F.relu(e[5](torch.cat([x2, x5], 1)))
        return e[6](torch.cat([x1, x6], 1))

    def forward(self, x):
        quarter = self.quarter(x)
        full, middle = F.relu(self.extract(x)), F.relu(self.extract(quarter))
        low = self.extract(self.octa(quarter))

        def up(features):
            return F.interpolate(features, size=x.shape[2:], mode="bilinear", align_corners=True)

        query, key = self.query(full), self.key(middle)
        batch, channels, height, width = query.shape
        blocks = (batch, HEADS, channels // HEADS, height, width)
        q, k = query.reshape(blocks), key.reshape(blocks)
        weight = torch.sigmoid(((q - k) * k).sum(2, keepdim=True) / math.sqrt(channels // HEADS))
        both = (weight * q + (1 - weight) * k).reshape(query.shape)
        return x + self.out(torch.cat([full + up(both), up(low)], 1)).sum(1, keepdim=True)


segmenter.answer(nn.Sequential(Enhancer(), segmenter.Segmenter()))
