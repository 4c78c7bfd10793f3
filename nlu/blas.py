"""How numpy's linear algebra uses the processor."""


def one_thread() -> None:
    """From now on numpy, and those parts of scipy that are imported by now, multiply on the thread that asks, in the whole process.

    OpenBLAS splits even a product of 30 microseconds among all cores and lets them spin for each other: on two busy cores a
    sentence took 87 ms instead of 1.4 (20 words, 18 pieces). Several texts at a time use several cores anyway.
    """
    from threadpoolctl import threadpool_limits

    threadpool_limits(1, user_api="blas")
