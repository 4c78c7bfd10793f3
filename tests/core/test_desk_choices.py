"""What an operator may choose from is called what people call it, in the operator's language."""

from tests.support.bots import MONDAY, nordnetz
from web.desk.choices import choices_of


def test_topics_have_the_names_that_customers_read_in_each_language() -> None:
    topics = {topic.name: topic.titles for topic in choices_of(nordnetz(), MONDAY).topics}
    assert topics["order_status"] == {
        "de": "Auftrag verfolgen",
        "en": "Track an order",
        "ru": "Статус заказа",
        "uk": "Статус замовлення",
    }
    assert topics["office_hours"]["uk"] == "Години роботи"
    assert all(len(titles) == 4 for titles in topics.values())


def test_places_to_go_on_are_called_after_what_leads_there() -> None:
    steps = {(step.dialog, step.step): step for step in choices_of(nordnetz(), MONDAY).steps}
    assert steps["support", "billing"].titles["ru"] == "Счета"
    assert (steps["support", "menu"].title, steps["support", "menu"].titles) == ("menu", {})
    assert steps["identify_customer", "contract"].title == "Find out who is writing"


def test_two_topics_are_never_called_the_same() -> None:
    topics = choices_of(nordnetz(), MONDAY).topics
    for language in ("de", "en", "ru", "uk"):
        names = [topic.titles[language] for topic in topics]
        assert len(set(names)) == len(names)
