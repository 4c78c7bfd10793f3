"""The benchmarks: each module gives figures, with a floor or a peer from the same run."""
