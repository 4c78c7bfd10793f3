"""What others make of the same examples: spaCy's text categorizer, and scikit-learn where it is installed. For comparison only."""

import random
import warnings
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from conversation.errors import LotseError
from nlu.measuring.metrics import Answer
from nlu.measuring.sets import Sentence

EPOCHS: Final = 20
"""At most; training ends before that with the first epoch whose loss is below ``LEARNT`` of the first one's."""
LEARNT: Final = 0.02
BATCH: Final = 32
SPACY: Final = "spaCy TextCatBOW"
SCIKIT: Final = "scikit-learn TF-IDF + LinearSVC"

Asks: TypeAlias = Callable[[Sequence[Sentence]], list[Answer]]
"""What a trained peer takes each sentence for."""


class NotInstalledError(LotseError):
    """A peer is not there. The message says how to get it."""


def spacy_bow(train: Sequence[Sentence], seed: int) -> Asks:
    """A bare TextCategorizer over a tokenizer: words and pairs, ``length=32768`` (with the default it forgets on large sets).

    Blocks. One pipeline for all languages, with the tokenizer of the first sentence's.
    """
    from spacy import blank
    from spacy.training import Example

    pipeline: Any = blank(train[0].language)
    architecture = {
        "@architectures": "spacy.TextCatBOW.v3",
        "exclusive_classes": True,
        "ngram_size": 2,
        "no_output_layer": False,
        "length": 32_768,
    }
    categorizer = pipeline.add_pipe("textcat", config={"model": architecture})
    labels = sorted({row.label for row in train})
    for label in labels:
        categorizer.add_label(label)
    examples = [
        Example.from_dict(pipeline.make_doc(row.text), {"cats": {label: float(label == row.label) for label in labels}})
        for row in train
    ]
    dice = random.Random(seed)  # noqa: S311 - a repeatable order, no secret
    optimizer = pipeline.initialize(lambda: examples[:BATCH])
    first = 0.0
    for _ in range(EPOCHS):
        dice.shuffle(examples)
        losses: dict[str, float] = {}
        for begin in range(0, len(examples), BATCH):
            pipeline.update(examples[begin : begin + BATCH], sgd=optimizer, losses=losses)
        first = first or losses["textcat"]
        if losses["textcat"] < LEARNT * first:
            break

    def ask(sentences: Sequence[Sentence]) -> list[Answer]:
        found = []
        for row, doc in zip(sentences, pipeline.pipe(row.text for row in sentences), strict=True):
            best = max(doc.cats, key=doc.cats.__getitem__)
            found.append(Answer(wanted=row.label, given=best, score=float(doc.cats[best])))
        return found

    return ask


def scikit_linear(train: Sequence[Sentence], _seed: int) -> Asks:
    """Words, pairs and character n-grams (2 to 5) within words, TF-IDF, LinearSVC with C = 1. Its score is the margin.

    Blocks. Raises NotInstalledError.
    """
    try:
        pipeline, text, svm = (
            import_module(f"sklearn.{part}") for part in ("pipeline", "feature_extraction.text", "svm")
        )
    except ImportError as error:
        raise NotInstalledError("scikit-learn is not installed: `pip install 'lotse[bench]'`") from error
    features = pipeline.make_union(
        text.TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\w+"),  # noqa: S106 - a word
        text.TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True),
    )
    model = pipeline.make_pipeline(features, svm.LinearSVC(random_state=0))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what its releases say about each other is not ours to mend
        model.fit([row.text for row in train], [row.label for row in train])

    def ask(sentences: Sequence[Sentence]) -> list[Answer]:
        margins: Any = model.decision_function([row.text for row in sentences])
        if margins.ndim == 1:  # two labels have one margin
            margins = [(-one, one) for one in margins]
        best = [max(range(len(row)), key=row.__getitem__) for row in margins]
        return [
            Answer(wanted=row.label, given=str(model.classes_[place]), score=float(each[place]))
            for row, each, place in zip(sentences, margins, best, strict=True)
        ]

    return ask


PEERS: Final[Mapping[str, Callable[[Sequence[Sentence], int], Asks]]] = MappingProxyType(
    {SPACY: spacy_bow, SCIKIT: scikit_linear}
)
