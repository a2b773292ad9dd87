"""How good tracks of visemes are: what was said, metrics, and what is measured: ours, two peers, and rows known beforehand."""
