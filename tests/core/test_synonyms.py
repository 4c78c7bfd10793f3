"""An editor's `synonyms` in `nlu/<language>.yaml`: words that mean the same to this bot."""

import json
from collections.abc import Mapping

from nlu.features import Tokenizers
from nlu.read import read_examples, synonyms_of
from nlu.train import train

INTENTS = {
    "fault": ["der kasten blinkt rot", "mein kasten geht aus", "kasten ist kaputt"],
    "order": ["neuen vertrag bitte", "vertrag abschließen", "ich will einen vertrag"],
}


def files(synonyms: Mapping[str, list[str]]) -> dict[str, bytes]:
    return {"de": json.dumps({"intents": INTENTS, "synonyms": synonyms}).encode()}


def best(synonyms: Mapping[str, list[str]], text: str) -> tuple[str, float]:
    model = train(files(synonyms))
    words = Tokenizers(["de"], model.meta.synonyms).words(text, "de")
    first = model.classify(words)[0]
    return first.name, first.score


def test_a_synonym_of_an_examples_word_is_understood_like_it() -> None:
    without = dict([best({}, "schnurzel")])
    with_it = dict([best({"kasten": ["schnurzel"]}, "schnurzel")])
    assert with_it["fault"] > without.get("fault", 0.0) + 0.1


def test_endings_of_a_longer_synonym_count_and_a_short_one_stands_for_itself() -> None:
    tokenizers = Tokenizers(["de"], {"router": ["schnurzel", "box"]})
    assert tokenizers.words("schnurzels", "de") == ["schnurzels", "router"]
    assert tokenizers.words("box", "de") == ["box", "router"]
    assert tokenizers.words("boxen", "de") == ["boxen"]


def test_synonyms_of_one_word_in_several_languages_go_together() -> None:
    read = read_examples(
        {
            "de": b"intents: {a: [x, y]}\nsynonyms: {router: [Kasten]}\n",
            "en": b"intents: {a: [z]}\nsynonyms: {router: [box, Kasten]}\n",
        }
    )
    assert synonyms_of(read) == {"router": ("kasten", "box")}
