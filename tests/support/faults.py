"""Faults to plant into the example: each is found under its code, at its place, and nothing else is."""

from typing import Any, NamedTuple

from dialogs.reading.translations import Lock, Translated, digest, write_lock

SUPPORT, IDENTIFY, BOT = "dialogs/support.yaml", "dialogs/identify_customer.yaml", "bot.yaml"
ANSWERS, CATALOGUE = "dialogs/_answers.yaml", "actions/catalogue.yaml"
ENGLISH, GERMAN, RUSSIAN, UKRAINIAN = (f"locales/{language}/support.yaml" for language in ("en", "de", "ru", "uk"))

BACK = "{{% if hours.support.next_open and not hours.support.open %}}{} {{{{ hours.support.next_open | datetime }}}}{}.{{% endif %}}"
"""When the team is back, as the example says it."""
GLOBAL = "locales/en/_global.yaml"
FAQ = "dialogs/extra.yaml"


class Fault(NamedTuple):
    """``old`` becomes ``new`` in ``file``; the problem stands on the line that ``mark`` begins on, in ``at`` or the same file.

    ``words``: a part of what is said. ``more``: further edits; an empty ``old`` makes a new file. ``also``: codes that follow.
    """

    code: str
    file: str
    old: str
    new: str
    mark: str
    words: str = ""
    more: tuple[tuple[str, str, str], ...] = ()
    also: frozenset[str] = frozenset()
    at: str = ""
    severity: str = "error"


def warn(code: str, file: str, old: str, new: str, *where: str, **rest: Any) -> Fault:
    mark, words = (*where, "")[:2]
    return Fault(code, file, old, new, mark, words, severity="warning", **rest)


FAQ_TEXTS = tuple(
    (f"locales/{language}/extra.yaml", "", f"{language}:\n  question: {word}\n")
    for language, word in (("en", "Well?"), ("de", "Nun?"), ("ru", "Ну?"), ("uk", "Ну?"))
)
FAQ_HEAD = (
    "title: Questions\nstart: question\ndefaults:\n  misses: {limit: 2, go: out}\n  silence: {after: 1h, go: out}\n"
)
LEAD_TO_FAQ = (SUPPORT, "  sorry: {say: sorry, go: human}\n", "  sorry: {call: extra, failed: human, go: human}\n")
LOCK = write_lock(
    Lock(
        texts={
            "support/goodbye": Translated(
                source={"": "Danke und bis bald!"}, translation=digest({"": "Thank you and goodbye!"})
            )
        }
    )
).decode()
SORRY_UNSAID = frozenset({"T05"})
"""``sorry`` says nothing any more once it calls a dialog."""

REPLIES, GERMAN_REPLIES, MOODS = "locales/en/_replies.yaml", "locales/de/_replies.yaml", "locales/en/_moods.yaml"

BESIDE = {
    "a reply that a language lacks": Fault("T01", REPLIES, "  moment:\n", "  momentum:\n", "en:", "“moment”", also=frozenset({"T01"})),
    "a reply without a text": Fault("D00", REPLIES, "    text: \"Is there anything else I can do for you?\"\n", "", "  anything_else:", "no text"),
    "an unknown key of a reply": Fault("D00", REPLIES, "    title: \"Greeting\"", "    titel: \"Greeting\"", "    titel:", "title"),
    "a name of a reply that is none": Fault("D00", REPLIES, "  moment:\n", "  One moment:\n", "  One moment:", "can't be a name"),
    "a reply that shows what nobody knows": Fault("D14", REPLIES, "customer.line }}", "customer.lime }}", "    text: \"{% if customer", "lime"),
    "a reply with a file that is not there": Fault("D16", GERMAN_REPLIES, "router-restart.jpg", "router.jpg", "    attach:", "media/router.jpg"),
    "a reply that shows less than its source": Fault("T03", REPLIES, "day, {{ operator }} of", "day from", "    text: \"You are", "operator"),
    "a reply that shows more than its source": Fault("T03", REPLIES, "One moment, please: I", "One moment, {{ name }}: I", "    text: \"One moment", "name"),
    "a reply with single braces": Fault("T09", REPLIES, "Is there", "{name}, is there", "    text: \"{name}", "two braces"),
    "a mood's word that is none": Fault("D00", MOODS, "\"home office\"", "\"!\"", "    weak:", "no word"),
    "an unknown list of a mood": Fault("D00", MOODS, "    weak:", "    week:", "    week:", "weak"),
}  # fmt: skip

STRUCTURE = {
    "an unknown key": Fault("D00", SUPPORT, "    limit: 8s", "    limits: 8s", "    limits: 8s", "limit"),
    "an unknown key of the dialog": Fault("D00", SUPPORT, "owner: care", "ownr: care", "ownr:", "owner"),
    "a time that is none": Fault("D00", SUPPORT, "limit: 8s", "limit: soon", "    limit: soon", "time span"),
    "an outcome that is none": Fault("D00", SUPPORT, "end: solved", "end: happy", "  goodbye:", "happy"),
    "a menu of one": Fault("D00", SUPPORT, "choose: {again: order, human: human}", "choose: {again: order}", "  order_unknown:", "2 to 10"),
    "an answer that is not kept": Fault("D00", SUPPORT, "{ask: phone, offer: customer.phone, save: phone,", "{ask: phone, offer: customer.phone,", "  callback_phone:", "save"),
    "a summary without a way to cancel": Fault("D00", SUPPORT, "    cancelled: menu\n", "", "  address:\n    needs", "cancel"),
    "a limit that is no number": Fault("D00", SUPPORT, "min: 3", "min: three", "      street:", "three"),
    "a date limit that is none": Fault("D00", SUPPORT, "from: today,", "from: whenever,", "      moving_on:", "whenever"),
    "a field that can't be a name": Fault("D00", SUPPORT, "      city: ", "      City: ", "      City:", "City"),
    "a name that is too long": Fault("D00", SUPPORT, "      order:   order\n", f"      order:   order\n      {'p' * 41}: order\n", f"      {'p' * 41}", "name"),
    "names too long together": Fault(
        "D00", SUPPORT, "      - {go: order_state}", f"      - {{go: {'s' * 40}}}", f"  {'s' * 40}:", "64",
        more=((SUPPORT, "  order_state: {say: order_state, go: anything_else}", f"  {'s' * 40}: {{say: order_unknown, choose: {{again: order, {'h' * 20}: human}}}}"),),
        also=frozenset({"T01", "T05"}),
    ),
    "both go and route": Fault("D00", SUPPORT, "    save: fault\n", "    save: fault\n    go: csat\n", "  outage:\n    needs", "both"),
    "a step twice": Fault("D00", SUPPORT, "  asleep: {", "  goodbye: {", "  goodbye: {end: silent}", "twice"),
    "a tab": Fault("D00", SUPPORT, "    limit: 8s", "\tlimit: 8s", "\tlimit", "tab"),
    "an open bracket": Fault("D00", IDENTIFY, "{again: contract, human: give_up}", "{again: contract, human: give_up", "  found"),
    "a score over 1": Fault("D00", BOT, "accept: 0.75", "accept: 75", "nlu:", "0 to 1"),
    "hours that are none": Fault("D00", BOT, '"08:00-16:00"', '"8-16h"', "      fri:", "8-16h"),
    "a source language that is not spoken": Fault("D00", BOT, "source: de", "source: fr", "languages:", "source"),
    "an unknown key of a text": Fault("D00", ENGLISH, "    item: ", "    itm: ", "    itm:", "item"),
    "a text file in another language's folder": Fault("D00", ENGLISH, "en:\n", "de:\n", "de:", "en:"),
    "a dialog without a title": Fault("D00", SUPPORT, "title: Support menu for internet customers\n", "", "owner:", "title"),
    "a channel that is not there": Fault("D00", BOT, "sms]", "smss]", "channels:", "sms"),
    "a menu option leads nowhere": Fault("D01", SUPPORT, "outage:  outage", "outage:  outag", "      outage:  outag", "outag"),
    "a step goes to one that is gone": Fault("D01", SUPPORT, "go: order_find", "go: order_fnd", "    go: order_fnd", "order_fnd"),
    "a route leads nowhere": Fault("D01", SUPPORT, "go: order_late}", "go: order_lat}", "      - {when: found.late", "order_lat"),
    "silence leads nowhere": Fault("D01", IDENTIFY, "go: give_up}\n  failed", "go: giveup}\n  failed", "  silence:", "giveup"),
    "a step's own silence leads nowhere": Fault("D01", SUPPORT, "silence: {after: 1h, go: asleep}", "silence: {after: 1h, go: aslep}", "    silence: {after: 1h", "asleep"),
    "a failure leads nowhere": Fault("D01", SUPPORT, "failed: message  ", "failed: mesage  ", "    failed: mesage", "message"),
    "a cancelled form leads nowhere": Fault("D01", SUPPORT, "cancelled: menu", "cancelled: main", "    cancelled:", "main"),
    "who waits too long is led nowhere": Fault("D01", SUPPORT, "go: closed}\n    go: csat", "go: close}\n    go: csat", "    busy:", "closed"),
    "an intent leads nowhere": Fault("D01", SUPPORT, "order_status: order", "order_status: ordr", "  order_status", "ordr"),
    "the start is gone": Fault("D01", SUPPORT, "start: greeting", "start: greet", "start: greet", "greet"),
    "a renamed step leads nowhere": Fault("D01", SUPPORT, "owner: care", "renamed: {old_menu: mneu}\nowner: care", "renamed:", "menu"),
    "a renamed step is still there": Fault("D01", SUPPORT, "owner: care", "renamed: {order: menu}\nowner: care", "renamed:", "still"),
    "a team that is not there": Fault("D01", SUPPORT, "handover: support", "handover: suport", "    handover: suport", "suport"),
    "a dialog that is not there": Fault("D01", SUPPORT, "  sorry: {say: sorry, go: human}", "  sorry: {say: sorry, call: apology, failed: human, go: human}", "  sorry: {", "apology"),
    "the bot starts with no dialog": Fault("D01", BOT, "start: support", "start: suport", "start: suport", "suport"),
    "a command leads nowhere": Fault("D01", BOT, "step: human, ", "step: humans, ", "  human:", "humans"),
    "after waiting it leads nowhere": Fault("D01", BOT, "then: closed", "then: shut", "  then: shut", "shut"),
    "a share leads nowhere": Fault("D01", SUPPORT, "  greeting: {say: greeting, go: menu}", "  greeting: {say: greeting, random: {menu: 1, mneu: 1}}", "  greeting:", "menu"),
    "a step that nothing leads to": Fault("D02", SUPPORT, "  sorry: {", "  lonely: {say: sorry, go: human}\n  sorry: {", "  lonely:", "leads here"),
    "steps that lead to each other only": Fault("D02", SUPPORT, "  sorry: {", "  ping: {ask: text, save: text, go: pong}\n  pong: {say: sorry, go: ping}\n  sorry: {", "  ping:", "leads here", also=frozenset({"T01"})),
    "the last way to a step is bent away": Fault("D02", SUPPORT, "{when: found.late, go: order_late}", "{when: found.late, go: human}", "  order_late:", "leads here"),
    "a dialog that nothing leads to": Fault("D02", FAQ, "", f"{FAQ_HEAD}steps:\n  question: {{ask: text, save: words, go: out}}\n  out: {{end: failed}}\n", "  question:", "this dialog", more=FAQ_TEXTS, also=frozenset({"D06"})),
    "a step that says not where to go on": Fault("D03", SUPPORT, "  sorry: {say: sorry, go: human}", "  sorry: {say: sorry}", "  sorry:", "go on"),
    "a question that says not where to go on": Fault("D03", SUPPORT, "save: rating_reason, go: goodbye}", "save: rating_reason}", "  csat_why:", "go on"),
    "a menu that may be empty": warn("D03", SUPPORT, "choose: {more: menu, done: csat}", "choose: {more: {go: menu, when: customer}, done: {go: csat, when: customer}}", "  anything_else:", "condition"),
    "two verbs": Fault("D04", SUPPORT, "  order_state: {say: order_state", "  order_state: {say: order_state, do: x, call: y", "  order_state:", "verbs"),
    "a menu that ends": Fault("D04", SUPPORT, "choose: {more: menu, done: csat}", "choose: {more: menu, done: csat}, end: solved", "  anything_else:", "verbs"),
}  # fmt: skip

FLOW = {
    "a text that leads back to itself": Fault("D05", SUPPORT, "  sorry: {say: sorry, go: human}", "  sorry: {say: sorry, go: sorry}", "  sorry:", "comes back"),
    "a failure that leads back": Fault("D05", SUPPORT, "failed: message_lost", "failed: message_send", "  message_send:", "comes back", also=frozenset({"D02"})),
    "a failure that leads back round a corner": Fault("D05", SUPPORT, "  message_lost: {say: message_lost, end: failed}", "  message_lost: {say: message_lost, go: message_send}", "  message_lost:", "comes back"),
    "a failure behind `needs` that leads back": Fault("D05", SUPPORT, "    save: invoices\n", "    save: invoices\n    failed: billing\n", "    failed: billing", "comes back"),
    "an empty list that leads back": Fault("D05", SUPPORT, "save: invoice, go: billing_invoice}", "save: invoice, failed: billing, go: billing_invoice}", "  billing_pick:", "comes back"),
    "a dialog that asks nobody, in a circle": Fault(
        "D05", SUPPORT, LEAD_TO_FAQ[1], "  sorry: {call: extra, failed: human, go: sorry}\n", "  sorry:", "comes back",
        more=((FAQ, "", "title: Questions\nstart: out\nsteps:\n  out: {end: solved}\n"),), also=SORRY_UNSAID,
    ),
    "dialogs that run each other": Fault(
        "D05", FAQ, "", f"{FAQ_HEAD}  failed: out\nsteps:\n  question: {{ask: text, save: words, go: again}}\n  again: {{call: extra, go: out}}\n  out: {{end: failed}}\n", "  again:", "circle",
        more=(*FAQ_TEXTS, LEAD_TO_FAQ), also=SORRY_UNSAID,
    ),
    "dialogs too deep inside each other": Fault(
        "D05", "dialogs/deep3.yaml", "", "title: Deep\nstart: a\nsteps:\n  a: {call: deep4, failed: b, go: b}\n  b: {end: failed}\n", "  a:", "deep",
        more=(
            *((f"dialogs/deep{n}.yaml", "", f"title: Deep\nstart: a\nsteps:\n  a: {{call: deep{n + 1}, failed: b, go: b}}\n  b: {{end: failed}}\n") for n in (1, 2)),
            ("dialogs/deep4.yaml", "", "title: Deep\nstart: b\nsteps:\n  b: {end: failed}\n"),
            (SUPPORT, LEAD_TO_FAQ[1], "  sorry: {call: deep1, failed: human, go: human}\n"),
        ), also=SORRY_UNSAID,
    ),
    "silence that leads back to the question": warn("D05", SUPPORT, "silence: {after: 1h, go: asleep}", "silence: {after: 1h, go: csat}", "    silence: {after: 1h", "again"),
    "waiting that leads back to waiting": warn("D05", SUPPORT, "busy: {after: 5m, go: closed}", "busy: {after: 5m, go: human}", "    busy:", "again"),
    "a dialog without an end": Fault("D06", FAQ, "", f"{FAQ_HEAD}steps:\n  question: {{ask: text, save: words, go: out}}\n  out: {{say: question, go: question}}\n", "  question:", "end", more=(*FAQ_TEXTS, LEAD_TO_FAQ), also=SORRY_UNSAID | {"D05"}),
    "questions far from a person": Fault("D06", SUPPORT, "  misses:  {limit: 3, go: human} ", "  misses:  {limit: 3, go: asleep} ", "  callback:", "person"),
    "a bot without people": Fault(
        "D06", BOT, 'teams:\n  support:\n    hours:\n      mon-thu: ["08:00-12:30", "13:00-18:00"]\n      fri: ["08:00-16:00"]\n      sat: ["22:00-02:00"]           # a night shift ends on the next day\n    holidays: {country: DE, region: HH, also: {"2026-12-24": closed, "2026-12-31": "08:00-12:00"}}\n    callbacks: {slot: 30m, each: 2, ahead: 5d, notice: 1h, remind: 15m}    # two per half hour\n  billing:\n    hours: {mon-fri: ["09:00-17:00"]}\n', "", "title:", "team",
        more=(
            (SUPPORT, "route: [{when: hours.support.open, go: handover}, {go: closed}]", "go: closed"),
            (SUPPORT, '  handover:\n    handover: support                # queue; the operator sees all answers so far\n    busy: {after: 5m, go: closed}\n    go: csat                         # when the operator closes the chat\n', ""),
            (GERMAN, BACK.format(" Wir sind am", " wieder da"), ""),
            (ENGLISH, BACK.format(" We are back on", ""), ""),
            (RUSSIAN, BACK.format(" Мы снова на связи", ""), ""),
            (UKRAINIAN, BACK.format(" Ми знову на зв’язку", ""), ""),
            ("dialogs/faq.yaml", "*", ""),
            *((f"locales/{language}/faq.yaml", "*", "") for language in ("de", "en", "ru", "uk")),
        ), also=frozenset({"D20", "T05"}),
    ),
    "nothing after misses": Fault("D07", SUPPORT, "  misses:  {limit: 3, go: human} ", "", "  menu:", "not understood"),
    "nothing after silence": Fault("D07", SUPPORT, "  silence: {after: 10m, reminders: 1, go: asleep}", "", "  menu:", "does not answer"),
    "nothing after a failure": Fault("D08", SUPPORT, "  failed:  sorry ", "", "  outage:\n    needs", "fails"),
    "a back-end that takes minutes": warn("D08", SUPPORT, "limit: 8s", "limit: 2m", "    limit: 2m", "120 seconds"),
    "a route has no last way": Fault("D09", SUPPORT, "      - {go: outage_none}\n", "", "    route:\n      - {when: fault.found and", "conditi"),
    "a way after the last way": Fault("D09", SUPPORT, "{when: fault.found, go: outage_no_eta}", "{go: outage_no_eta}", "    route:\n      - {when: fault.found and", "end"),
    "a need that nobody fills": Fault("D12", SUPPORT, "needs: customer\n    do: list", "needs: custmer\n    do: list", "    needs: custmer", "custmer"),
    "a need on the way to fill it": Fault("D12", IDENTIFY, "    do: find_customer\n", "    needs: customer\n    do: find_customer\n", "    needs:", "on the way"),
    "a dialog that never ends filled": Fault("D12", IDENTIFY, "end: filled}", "end: solved}", "fills:", "filled"),
    "two dialogs that find out the same": Fault(
        "D12", FAQ, "", f"{FAQ_HEAD}fills: customer\nsteps:\n  question: {{ask: text, save: words, go: well}}\n  well: {{set: {{customer: words}}, end: filled}}\n  out: {{end: failed}}\n", "fills:", "already",
        more=FAQ_TEXTS, at="dialogs/identify_customer.yaml",
    ),
    "a customer known before it is proved": Fault("D19", IDENTIFY, "    save: match\n", "    save: customer\n", "    save: customer", "proved", more=((IDENTIFY, "when: match.line", "when: customer.line"), (IDENTIFY, "{set: {customer: match}, end: filled}", "{set: {customer: customer}, end: filled}"))),
    "a customer set on the way": Fault("D19", IDENTIFY, "  give_up: {end: failed}", "  give_up: {set: {customer: contract}, end: failed}", "  give_up:", "proved"),
    "a customer set by another dialog": Fault("D19", SUPPORT, "  address_done: {say: address_done,", "  address_done: {say: address_done, set: {customer: address},", "  address_done:", "identify_customer"),
    "filled without being set": Fault("D19", IDENTIFY, "{set: {customer: match}, end: filled}", "{set: {client: match}, end: filled}", "  found:", "without"),
    "filled where nothing is filled": Fault("D19", SUPPORT, "  message_done: {say: message_done, end: ticket}", "  message_done: {say: message_done, end: filled}", "  message_done:", "fills"),
}  # fmt: skip

DATA = {
    "an unknown kind of answer": Fault("D10", SUPPORT, "ask: order_number ", "ask: ordernumber ", "    ask: ordernumber", "kind of answer"),
    "a kind that hides a built-in one": Fault("D10", ANSWERS, "postcode: ", 'time: {pattern: "[0-9]+", example: "1"}\npostcode: ', "time:", "own"),
    "an example that is none": Fault("D10", ANSWERS, "example: A-12345", "example: A12", "order_number:", "example"),
    "the length of a date": Fault("D10", SUPPORT, "{from: today, to: today + 90d}", "{min: 3}", "      moving_on:", "min"),
    "the day of a text": Fault("D10", SUPPORT, "{min: 3, max: 80}", "{from: today}", "      street:", "from"),
    "a day limited by a time": Fault("D10", SUPPORT, "from: today, to:", 'from: "08:00", to:', "      moving_on:", "08:00"),
    "a time limited by a day": Fault("D10", SUPPORT, "{ask: date, check: {from: today, to: today + 90d}}", "{ask: time, check: {from: today}}", "      moving_on:", "today", also=frozenset({"D11", "T09"})),
    "limits the wrong way round": Fault("D10", SUPPORT, "{min: 3, max: 80}", "{min: 80, max: 3}", "      street:", "above"),
    "an action that is not there": Fault("D11", SUPPORT, "do: find_order", "do: find_ordr", "    do: find_ordr", "find_ordr"),
    "an argument is missing": Fault("D11", SUPPORT, "with: {contract: customer.contract, address: address}", "with: {address: address}", "  address_save:", "contract"),
    "an argument too many": Fault("D11", SUPPORT, "with: {text: message}", "with: {text: message, to: now}", "  message_send:", "to"),
    "an argument of another kind": Fault("D11", SUPPORT, "with: {slot: slot, phone: phone", "with: {slot: phone, phone: phone", "    with: {slot: phone", "time_slot"),
    "a list for a text": Fault("D11", SUPPORT, "with: {text: message}", "with: {text: hours.support.next_slots}", "  message_send:", "list"),
    "an unknown kind in the catalogue": Fault("D11", CATALOGUE, "{takes: {fault: text}}", "{takes: {fault: txt}}", "notify_when_fixed:", "text"),
    "an unknown field that may be empty": Fault("D11", CATALOGUE, "may_be_empty: [hours]", "may_be_empty: [hours, hour]", "check_outage:", "hours"),
    "a condition that is none": Fault("D13", SUPPORT, "rating <= 2", "rating <=", "    route: [{when: rating", "condition"),
    "a condition that calls": Fault("D13", SUPPORT, "not found.exists", "found.exists()", "      - {when: found.exists()", "call"),
    "a condition that looks inside": Fault("D13", SUPPORT, "not found.exists", "not found.__class__", "      - {when: not found.__class__", "letter"),
    "a value with a filter that is not there": Fault("D13", SUPPORT, "count: fault.hours ", "count: fault.hours | round ", "    count:", "round"),
    "a file name that is none": Fault("D13", SUPPORT, '"{{ invoice.pdf }}"', '"{{ invoice.pdf "', "    attach: \"{{", "text"),
    "a variable that nothing sets": Fault("D14", SUPPORT, "when: rating <= 2", "when: ratin <= 2", "    route: [{when: ratin ", "rating"),
    "a field that is not there": Fault("D14", SUPPORT, "{when: found.late, go", "{when: found.delayed, go", "      - {when: found.delayed", "late"),
    "a field of a list": Fault("D14", SUPPORT, "pick: invoices.all,", "pick: invoices.all.first,", "  billing_pick:", "list"),
    "a field of one value": Fault("D14", SUPPORT, "with: {text: message}", "with: {text: message.text}", "  message_send:", "one value"),
    "a team's hours that are not there": Fault("D14", SUPPORT, "when: hours.support.open", "when: hours.suport.open", "    route: [{when: hours", "support"),
    "a customer's field that is not there": Fault("D14", SUPPORT, "with: {line: customer.line}", "with: {line: customer.lin}", "    with: {line", "line"),
    "a variable of a text that nothing sets": Fault("D14", ENGLISH, "an order {{ number }}", "an order {{ numbr }}", "    text: I cannot find an order", "number"),
    "a field of a text that is not there": Fault("D14", ENGLISH, "{{ item.total | money }}", "{{ item.totl | money }}", "    item:", "total"),
    "a number compared with a text": Fault("D14", SUPPORT, "when: rating <= 2", "when: rating <= 'two'", "    route: [{when: rating ", "without quotes"),
    "a number compared with a text in a text": Fault("D14", ENGLISH, "  sorry: That did", "  sorry: \"{% if invoices.all | length == '1' %}It{% else %}That{% endif %} did\" #", "  sorry:", "without quotes", also=frozenset({"D15"})),
    "a name of Lotse's own": Fault("D14", SUPPORT, "save: rating_reason,", "save: today,", "  csat_why:", "own", also=frozenset({"D17"})),
    "a channel that is compared with and not there": warn("D14", SUPPORT, "{when: hours.support.open, go", "{when: hours.support.open and channel != 'smss', go", "    route: [{when: hours", "sms"),
    "a channel alone in a condition": warn("D14", SUPPORT, "{when: hours.support.open, go", "{when: channel != 'smss', go", "    route: [{when: channel", "sms"),
    "a guard is half": Fault("D15", SUPPORT, "{when: fault.found and fault.hours, go: outage_eta}", "{when: fault.found, go: outage_eta}", "    count:", "fault.hours"),
    "a guard too wide": Fault("D15", SUPPORT, "{when: fault.found and fault.hours, go: outage_eta}", "{when: fault.found or fault.hours, go: outage_eta}", "    count:", "fault.hours"),
    "a customer who was not asked for": Fault("D15", SUPPORT, "    needs: customer                  # not", "    # not", "    with: {line", "customer"),
    "a variable of another way": Fault("D15", SUPPORT, "with: {text: message}", "with: {text: rating_reason}", "  message_send:", "rating_reason"),
    "a comparison with what is not there yet": Fault("D15", SUPPORT, "{when: hours.support.open, go", "{when: rating > 3, go", "    route: [{when: rating > 3", "rating"),
    "a list that is not there on every way": Fault("D15", SUPPORT, "fine: csat, human: human}", "fine: billing_pick, human: human}", "  billing_pick:", "invoices"),
    "a failed call gives nothing": Fault("D15", SUPPORT, "    failed: message                  # not", "    failed: callback_failed\n    # not", "  callback_failed:", "free", more=((SUPPORT, "  callback: {ask", "  callback_failed: {do: create_ticket, with: {text: free}, go: message}\n  callback: {ask"), (SUPPORT, "  failed:  sorry ", "  failed:  sorry2 "), (SUPPORT, "  sorry: {say: sorry, go: human}", "  sorry2: {say: sorry, go: human}")), also=frozenset({"D11"})),
    "an optional field is taken for given": Fault("D15", SUPPORT, "      moving_on: {ask: date, check:", "      moving_on: {ask: date, optional: true, check:", "  address:\n    needs", "moving_on"),
    "a text before the answer": Fault("D15", ENGLISH, "  callback: When may we call?", "  callback: When may we call {{ phone }}?", "  callback:", "phone", also=frozenset({"T03"})),
    "a text of all languages before the answer": Fault(
        "D15", ENGLISH, "  callback: When may we call?", "  callback: When may we call {{ phone }}?", "  callback:", "phone", at=SUPPORT,
        more=((GERMAN, "Wann dürfen wir anrufen?", "Wann dürfen wir {{ phone }} anrufen?"), (RUSSIAN, "Когда вам позвонить?", "Когда позвонить на {{ phone }}?"), (UKRAINIAN, "  callback: ", "  callback: '{{ phone }}' #")),
    ),
    "a guard for something else": Fault("D15", ENGLISH, "{% if customer %} {{ customer.name }}{% endif %}", "{% if number %} {{ customer.name }}{% endif %}", "  greeting:", "customer", also=frozenset({"T03"})),
    "a picture that is not there": Fault("D16", SUPPORT, "router-restart.jpg", "router.jpg", "    attach: media/router.jpg", "router-restart.jpg"),
    "a file that is none to send": Fault("D16", SUPPORT, "media/router-restart.jpg", "bot.yaml", "    attach: bot.yaml", "media/"),
    "an amount for a file": Fault("D16", SUPPORT, '"{{ invoice.pdf }}"', '"{{ invoice.total }}"', '    attach: "{{ invoice.total', "number"),
    "a file too large for WhatsApp": warn("D16", SUPPORT, "title: ", "title: ", "    attach: media/", "whatsapp", more=(("media/router-restart.jpg", "", "x" * 17_000_000),)),
    "personal data that is none": Fault("D17", SUPPORT, "personal: [address, phone,", "personal: [address, phon,", "personal:", "phone"),
    "a phone number in the logs": warn("D17", SUPPORT, "personal: [address, phone, message,", "personal: [address, message,", "  callback_phone:", "phone"),
    "a pattern that is none": Fault("D18", ANSWERS, '"[0-9]{8}"', '"[0-9{8}"', "contract_number:", "pattern"),
    "a pattern that looks back": Fault("D18", ANSWERS, '"[0-9]{5}"', '"(a)\\\\1"', "postcode:", "pattern"),
    "a pattern that looks ahead": Fault("D18", ANSWERS, '"[0-9]{5}"', '"(?=1)[0-9]{5}"', "postcode:", "pattern"),
    "a pattern that blows up": Fault("D18", ANSWERS, '"[0-9]{5}"', '"((([0-9]{1,900}){1,900}){1,900})"', "postcode:", "pattern"),
    "a kind without a pattern": Fault("D18", ANSWERS, 'postcode:        {pattern: "[0-9]{5}", ', "postcode:        {", "postcode:", "pattern"),
    "a pattern for nothing at all": Fault("D18", ANSWERS, '"[0-9]{5}"', '"[0-9]*"', "postcode:", "without any"),
    "an entity's pattern that is none": Fault("D18", "nlu/de.yaml", '  postcode: {pattern: "[0-9]{5}"}', '  postcode: {pattern: "[0-9{5}"}', "  postcode:", "pattern"),
    "an intent that is not learnt": Fault("D20", SUPPORT, "  order_status: order", "  order_state: order", "intents:", "order_status", at="nlu/de.yaml"),
    "an intent of two steps": Fault("D20", BOT, "step: human, intent: want_human", "step: human, intent: change_address", "  change_address:", "bot.yaml", at=SUPPORT),
    "an intent of two menus": Fault("D20", SUPPORT, "choose: {more: menu, done: csat}", "choose: {more: {go: menu, intent: greeting}, done: csat}", "  anything_else:", "greeting", more=((SUPPORT, "{notify: outage_notify, human: human}", "{notify: {go: outage_notify, intent: greeting}, human: human}"),)),
    "a language without examples": Fault("D20", SUPPORT, "title: ", "title: ", "", "uk", at="nlu/uk.yaml", more=(("nlu/uk.yaml", "*", ""),)),
    "an entity that is not found": Fault("D20", ANSWERS, "entity: postcode", "entity: postal_code", "entities:", "postcode", at="nlu/de.yaml"),
    "an intent that nothing uses": warn("D20", "nlu/de.yaml", "  office_hours:\n", "  small_talk:\n    - Wie geht es dir denn so?\n  office_hours:\n", "  small_talk:", "no dialog"),
    "a sentence of two intents": Fault("D22", "nlu/de.yaml", "    - Auftragsstatus\n", "    - die  LEITUNG ist seit stunden tot!\n", "    - die  LEITUNG", "report_outage"),
    "a sentence twice": Fault("D22", "nlu/de.yaml", "  order_status:\n", "  order_status:\n    - \"Auftragsstatus\"\n", "    - Auftragsstatus", "twice"),
    "a sentence but for the order of its words": warn("D22", "nlu/de.yaml", "    - Auftragsstatus\n", "    - Seit Stunden ist die Leitung tot\n", "    - Seit Stunden", "nearly"),
    "a sentence but for a typo": warn("D22", "nlu/de.yaml", "    - Auftragsstatus\n", "    - Die Leitung ist seit Stundn tot\n", "    - Die Leitung ist seit Stundn", "nearly"),
}  # fmt: skip

TEXTS = {
    "a text is missing": Fault("T01", ENGLISH, "  sorry: That did not work just now.\n", "", "en:", "sorry"),
    "a text with another name": Fault("T01", UKRAINIAN, "\n  order: ", "\n  ordr: ", "uk:", "order", also=frozenset({"T05"})),
    "a label is missing": Fault("T01", ENGLISH, ", human: Talk to a person}\n    words", "}\n    words", "    options:", "menu.options.human"),
    "a field's text is missing": Fault("T01", ENGLISH, "city: City?, ", "", "    fields:", "address.fields.city"),
    "an item's text is missing": Fault("T01", ENGLISH, '    item: "{{ item.date | date }}, {{ item.total | money }}"\n', "", "  billing_pick:", "billing_pick.item"),
    "a summary's text is missing": Fault("T01", RUSSIAN, "    confirm: ", "    # confirm: ", "  address:", "address.confirm"),
    "a text without words": Fault("T01", ENGLISH, "  goodbye: Thank you and goodbye!", '  goodbye: " "', "  goodbye:", "goodbye"),
    "a language without a file": Fault("T01", SUPPORT, "title: ", "title: ", "", "is missing", at="locales/uk/identify_customer.yaml", more=(("locales/uk/identify_customer.yaml", "*", ""),)),
    "an error text of one language": Fault("T01", GLOBAL, "    postcode: ", "    post_code: ", "  errors:", "errors.postcode", also=frozenset({"T05", "T01"})),
    "a command without words": Fault("T01", BOT, "  back: {}", "  invoices: {dialog: support, step: billing}\n  back: {}", "  commands:", "invoices", at="locales/de/_global.yaml"),
    "a step's error of one language": warn("T01", ENGLISH, "  order: What is your order number? It looks like A-12345.", "  order:\n    text: What is your order number? It looks like A-12345.\n    error: It has a letter.", "  order:", "order.error", at=GERMAN),
    "a channel's text of one language": warn("T01", ENGLISH, "  goodbye: Thank you and goodbye!", "  goodbye: {text: Thank you and goodbye!, by_channel: {sms: {text: Bye!}}}", "  goodbye:", "by_channel.sms", at=RUSSIAN),
    "a plural form that is none": Fault("T02", ENGLISH, "      one: There", "      ones: There", "      ones:", "one"),
    "a plural form that lacks": Fault("T02", RUSSIAN, "      many: На вашей", "      other: На вашей", "    text:\n      one", "many"),
    "a plural form that lacks in German": Fault("T02", GERMAN, "      other: An Ihrer", "      few: An Ihrer", "    text:\n      one", "other", also=frozenset({"T08"})),
    "plural forms without a number": Fault("T02", SUPPORT, "    count: fault.hours ", "    # ", "  outage_eta:", "count"),
    "one form for every number": Fault("T02", ENGLISH, "    text:\n      one: There is a fault on your line. It should work again in about {{ fault.hours }} hour.\n      other: There", "    text: There", "  outage_eta:", "every number"),
    "a form that the language has not": warn("T02", ENGLISH, "      one: There", "      two: There is a fault. It should work again in {{ fault.hours }} hours.\n      one: There", "      two:", "never"),
    "a number that picks nothing": warn("T02", SUPPORT, "    attach: media/router-restart.jpg\n", "    attach: media/router-restart.jpg\n    count: 2\n", "    count: 2", "count"),
    "a placeholder is lost": Fault("T03", ENGLISH, "an order {{ number }}.", "this order.", "    text: I cannot find this order", "number"),
    "a placeholder too many": Fault("T03", RUSSIAN, "  order_late: Заказ {{ number }}", "  order_late: Заказ {{ number }} {{ found.state }}", "  order_late:", "found.state"),
    "a filter is lost": Fault("T03", UKRAINIAN, "{{ found.due | date }}", "{{ found.due }}", "  order_state:", "found.due"),
    "a placeholder of a label": Fault("T03", ENGLISH, '{{ item.date | date }}, {{ item.total | money }}"', '{{ item.total | money }}"', "    item:", "item.date"),
    "a placeholder of a summary": Fault("T03", RUSSIAN, "{{ address.city }}, ", "", "    confirm:", "address.city"),
    "a label too long for WhatsApp": warn("T04", ENGLISH, "again: Try again, human", "again: Try again with another number, human", "    options: {again: Try again w", "whatsapp"),
    "a label too long for Telegram": warn("T04", ENGLISH, "fine: All clear", f"fine: {'All clear ' * 7}", "    options: {other", "telegram"),
    "an item too long for a list": warn("T04", ENGLISH, '{{ item.date | date }}, {{ item.total | money }}"', '{{ item.date | date }}, all in all {{ item.total | money }}"', "    item:", "whatsapp"),
    "a text too long for an SMS": warn("T04", ENGLISH, "  goodbye: Thank you", f"  goodbye: {'Thank you and ' * 120}", "  goodbye:", "sms"),
    "a text that nobody says": warn("T05", ENGLISH, "  sorry: ", "  excuse: Excuse us.\n  sorry: ", "  excuse:", "excuse"),
    "a label of no option": warn("T05", ENGLISH, "{more: ", "{less: No more, more: ", "    options: {less", "less"),
    "words of no option": warn("T05", ENGLISH, "words: {outage:", "words: {outages: [cut], outage:", "    words:", "outage"),
    "a field's text of no field": warn("T05", ENGLISH, "city: City?,", "city: City?, country: Country?,", "    fields:", "country"),
    "a text file of no dialog": warn("T05", "locales/en/suport.yaml", "", "en:\n  hello: Hello\n", "en:", "suport"),
    "texts in a language not spoken": warn("T05", "locales/fr/support.yaml", "", "fr:\n  hello: Bonjour\n", "fr:", "fr"),
    "a text for no channel": warn("T05", ENGLISH, "  goodbye: Thank you and goodbye!", "  goodbye: {text: Thank you and goodbye!, by_channel: {viber: {text: Bye!}}}", "  goodbye:", "viber", also=frozenset({"T01"})),
    "a text of the product that is none": warn("T05", GLOBAL, '  reminder: "', '  remindr: "', "  remindr:", "reminder", also=frozenset({"T01"})),
    "a title of no intent": warn("T05", "locales/en/faq.yaml", "options: {office_hours:", "options: {office_hour: Hours, office_hours:", "    options: {office_hour: ", "office_hours", also=frozenset({"T01"})),
    "a title of one language": warn("T01", "locales/en/faq.yaml", "office_hours: ", "office_hour: ", "  _title:", "_title.options.office_hours", also=frozenset({"T05"})),
    "words of no command": warn("T05", GLOBAL, "back: [back]", "back: [back], help: [help]", "  commands:", "help"),
    "two labels alike": Fault("T06", ENGLISH, "billing: Billing, ", "billing: Track an order, ", "    options: {outage", "Track an order"),
    "two labels alike but for case": Fault("T06", ENGLISH, '{more: "Yes, please", done: "No, thanks"}', '{more: "Yes, please", done: "yes, please."}', "    options: {more", "yes"),
    "a word that is another's label": Fault("T06", ENGLISH, "order: [ticket,", "order: [billing, ticket,", "    words:", "billing"),
    "a label that is a number": Fault("T06", ENGLISH, "again: Try again, human", "again: '2', human", "    options: {again", "number"),
    "a label that is a command": Fault("T07", ENGLISH, "fine: Thanks, ", "fine: Stop, ", "    options: {notify: Tell me when fixed, fine", "stop"),
    "a word that is a command": Fault("T07", GERMAN, "order: [bestellung,", "order: [zurück, bestellung,", "    words:", "back", also=frozenset({"T08"})),
    "a word that is nearly a command": Fault("T07", ENGLISH, "order: [ticket,", "order: [repeats, ticket,", "    words:", "repeat"),
    "a word that is a command elsewhere": Fault("T07", ENGLISH, "order: [ticket,", "order: [стоп, ticket,", "    words:", "stop"),
    "a label that is a language": Fault("T07", ENGLISH, "fine: Thanks, ", "fine: English, ", "    options: {notify: Tell me when fixed, fine", "language"),
    "a word of two commands": Fault("T07", GLOBAL, "back: [back]", "back: [back, again]", "  commands:", "back"),
    "a summary that stops": Fault("T07", GLOBAL, 'cancel: "Cancel"', 'cancel: "Stop"', "  form:", "stop"),
    "a source that has changed": warn("T08", GERMAN, "  goodbye: Danke und bis bald!", "  goodbye: Danke und auf Wiedersehen!", "  goodbye:", "Danke und bis bald!", at=ENGLISH, more=(("locales/en.sources.json", "", LOCK),)),
    "a note of translations that is none": Fault("T08", GERMAN, "de:", "de:", "", "en.sources.json", at="locales/en.sources.json", more=(("locales/en.sources.json", "", "{"),)),
    "a text with an open brace": Fault("T09", ENGLISH, "I cannot find an order {{ number }}.", "I cannot find {{ number.", "    text: I cannot find {{", "text"),
    "a text with a loop": Fault("T09", ENGLISH, "goodbye: Thank", "goodbye: '{% for x in y %}{% endfor %}' # Thank", "  goodbye:", "for"),
    "a filter that is not there": Fault("T09", ENGLISH, "invoice.total | money", "invoice.total | monney", "    text: \"Invoice", "monney"),
    "money of a text": Fault("T09", ENGLISH, "Order {{ number }} is late", "Order {{ number | money }} is late", "  order_late:", "money", also=frozenset({"T03"})),
    "the day of a number": Fault("T09", ENGLISH, "about {{ fault.hours }} hour.", "about {{ fault.hours | date }} hour.", "      one: There", "date", also=frozenset({"T03"})),
    "a placeholder in single braces": Fault("T09", ENGLISH, "{{ number }} is late", "{number} is late", "  order_late:", "write {{ number }}"),
    "a format in single braces": Fault("T09", ENGLISH, "{{ found.due | date }}", "{found.due | date}", "  order_state:", "found.due | date"),
    "a sum of a text and a number": Fault("T09", ENGLISH, "Order {{ number }} is late", "Order {{ number + 1 }} is late", "  order_late:", "shown"),
    "a text of which nothing is left": Fault("T09", ENGLISH, "  goodbye: Thank you and goodbye!", "  goodbye: '{% if not now %}Thank you{% endif %}'", "  goodbye:", "nothing is left"),
}  # fmt: skip

FAULTS = {**STRUCTURE, **FLOW, **DATA, **TEXTS, **BESIDE}
