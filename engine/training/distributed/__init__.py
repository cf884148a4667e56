"""One run trained by several processes, with torch.distributed."""
