"""Words that would like to be programs, and how a page tells that none became one. Known to whoever tries a page: no imports."""

ATTACKS = (
    "<img src=x onerror=hit()>",
    "<script>hit()</script>",
    "<svg/onload=hit()>",
    "<iframe srcdoc='<script>parent.hit()</script>'>",
    "<body onload=hit()>",
    "<a href='javascript:hit()'>x</a>",
    "<details open ontoggle=hit()>",
    "<input autofocus onfocus=hit()>",
    "<video><source onerror=hit()></video>",
    "<style>@import 'javascript:hit()'</style>",
    "<math><mtext><img src onerror=hit()></mtext></math>",
    "<form><button formaction=javascript:hit()>x",
    "<base href=javascript:hit()//>",
    "javascript:hit()",
    "data:text/html,<script>parent.hit()</script>",
    'https://example.net/"onmouseover=hit()//',
    "https://example.net/<img/src=x/onerror=hit()>",
    "{{constructor.constructor('hit()')()}}",
    "${hit()}",
    "<!--><img src=x onerror=hit()>-->",
    "<noscript><p title='</noscript><img src=x onerror=hit()>'>",
)
FRONTS = ("", "\"'>", "</textarea></title>", "&lt;", "a" * 90)
"""What may stand before one: it closes what it was put into, or hides it."""
FOREIGN = """root => {
    const within = root === "chat" ? document.querySelector("lotse-chat").shadowRoot : document.querySelector("#page");
    const bad = [...within.querySelectorAll("*")].filter((one) =>
        one.matches("script, iframe, body, video, math, details:not(.why), object, embed, base, form[action], noscript")
        || (root !== "chat" && one.matches("style"))
        || [...one.attributes].some((a) => a.name.startsWith("on")
            || /^\\s*(javascript|data):/i.test(a.value) && ["href", "src", "action", "formaction"].includes(a.name)));
    const links = [...within.querySelectorAll("a[href]")].filter((a) => !/^https?:$/.test(a.protocol) || !/noopener/.test(a.rel));
    within.querySelectorAll("a, button").forEach((one) => one.dispatchEvent(new MouseEvent("mouseover", {bubbles: true})));
    return [...bad, ...links].map((one) => one.outerHTML);
}"""
"""Elements, attributes and links of somebody's making, below ``"chat"`` or ``"desk"``: there must be none. The desk's own ``details`` say why."""
