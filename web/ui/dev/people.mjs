/** A made-up call centre: who works there, who writes, and what they say. */

export const TEAMS = ["support", "billing", "field service"];
export const COLLEAGUES = [
  ["boris", "Борис Ткаченко", ["support"], ["uk", "ru", "de"], "available"], ["clara", "Clara Schönfelder", ["billing"], ["de", "en"], "busy"],
  ["dmytro", "Дмитро Кравченко", ["support", "billing"], ["uk", "ru"], "available"], ["elif", "Elif Yıldırım", ["support"], ["de", "en"], "available"],
  ["frieda", "Frieda Freifrau von Hohenstein-Wittgenfeld", ["billing"], ["de"], "away"], ["georg", "Georg Petersen", ["field service"], ["de", "en"], "available"],
  ["halyna", "Галина Мельник", ["support"], ["uk"], "available"], ["igor", "Игорь Соколов", ["support", "field service"], ["ru", "de"], "busy"],
  ["jana", "Jana Kowalczyk", ["billing"], ["de", "en"], "available"], ["kofi", "Kofi Mensah", ["support"], ["en", "de"], "available"],
  ["lena", "Lena Hartmann", ["support"], ["de"], "away"], ["mike", "Mike O'Neill", ["field service"], ["en"], "available"],
].map(([operator, name, teams, languages, status], index) => ({
  operator, name, role: index === 1 ? "supervisor" : "operator", status, present: true, load: 0, capacity: 4, teams, languages, skills: index % 4 ? [] : ["fibre"],
}));

export const CUSTOMERS = [
  ["Катерина Шевченко", "uk"], ["Jonas Lüttmann", "de"], ["Елена Сорокина", "ru"], ["Mia O'Connor", "en"], ["Бондаренко Ігор", "uk"], ["Anna-Lena Freifrau von und zu Guttenberg-Hohenzollern", "de"],
  ["", "de"], ["Søren Ødegård", "en"], ["Марія Іванівна Коваль-Заболотна", "uk"], ["Donaudampfschifffahrtsgesellschaftskapitänswitwe Müller", "de"], ["Petra Kühn", "de"], ["Олексій", "uk"],
  ["Tomasz Wiśniewski", "en"], ["Наталья Кузнецова", "ru"], ["<b>Robert</b>", "de"], ["Ayşe Demir", "de"], ["Х. Я.", "ru"],
];
export const SAYINGS = [
  ["Seit heute morgen geht das Internet nicht mehr, und der Router blinkt nur noch rot.", "outage"],
  ["Где мой заказ A-12345? Обещали ещё на прошлой неделе!!!", "order_status", "anger"],
  ["I was billed twice in October.", "billing"],
  ["Переїжджаю першого числа, що робити з договором?", "move"],
  ["Dringend, ich arbeite von zu Hause und muss um 14 Uhr in eine Prüfung.", "outage", "urgency"],
  ["Danke, das hat geholfen!", ""],
  ["Не могу дозвониться третий день, это уже просто издевательство.", "complaint", "anger"],
  ["Kann ich einen Techniker für Freitag bekommen?", "appointment"],
  ["Рахунок за листопад виглядає дивно, подивіться будь ласка", "billing"],
  ["Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch ist meine Adresse, geht da Glasfaser?", "availability"],
];
export const CHANNELS = ["webchat", "telegram", "whatsapp", "sms", "email"];
export const WAITING = ["all_full", "nobody_speaks uk", "kept_for Борис Ткаченко", "others_first 3", "manual", "nobody_here"];
export const ASSIGNED = ["least_loaded", "longest_idle", "preferred", "only_one", "any_language"];

export const BOT = {
  teams: TEAMS, languages: ["de", "en", "ru", "uk"],
  handle_time: { default: 300, outage: 420, order_status: 120, billing: 360 },
  topics: [
    ["outage", "Störung"], ["order_status", "Auftrag"], ["billing", "Rechnung"], ["move", "Umzug"], ["complaint", "Beschwerde"], ["appointment", "Termin"], ["availability", "Verfügbarkeit"],
    ["cancel", "Kündigung"], ["hardware", "Router und Geräte"], ["other", "Anderes"],
  ].map(([name, title]) => ({ name, title })),
  outcomes: ["solved", "unsolved", "ticket", "callback", "unreachable"],
  steps: [
    ["support", "menu", "Womit kann ich helfen?"], ["support", "outage", "Störung prüfen"], ["support", "router", "Router neu starten"], ["support", "order", "Auftrag suchen"],
    ["support", "billing", "Rechnung erklären"], ["identify_customer", "contract", "Nach der Vertragsnummer fragen"], ["identify_customer", "postcode", "Nach der Postleitzahl fragen"],
    ["faq", "opening_hours", "Öffnungszeiten"], ["support", "rating", "Nach der Zufriedenheit fragen"],
  ].map(([dialog, step, title]) => ({ dialog, step, title })),
  actions: [
    { name: "make_ticket", title: "Ticket anlegen", arguments: [{ name: "contract", type: "str" }, { name: "subject", type: "str" }, { name: "urgent", type: "bool" }] },
    { name: "book_technician", title: "Techniker bestellen", arguments: [{ name: "contract", type: "str" }, { name: "hours", type: "int" }] },
    { name: "restart_line", title: "Leitung neu starten", arguments: [{ name: "contract", type: "str" }] },
  ],
};

export const CANNED = [
  ["hello", "Begrüßung", "Guten Tag {name}, hier ist {me} von Nordnetz. Ich sehe mir das gerade an."],
  ["router", "Router neu starten", "Bitte ziehen Sie den Stecker des Routers, warten Sie eine Minute und stecken Sie ihn wieder ein.\n\nDanach dauert es bis zu fünf Minuten, bis alle Lampen grün leuchten."],
  ["outage", "Störung bekannt", "In Ihrer Gegend gibt es eine Störung. Unsere Techniker sind dran; es dauert voraussichtlich bis heute Abend.\n\nStand: https://status.example/F-1001"],
  ["billing", "Rechnung", "Ihre Rechnungen finden Sie unter https://nordnetz.example/rechnungen."],
  ["technician", "Techniker kommt", "Unser Techniker kommt am {day} zwischen 8 und 12 Uhr. Bitte seien Sie erreichbar."],
  ["sorry", "Entschuldigung", "Das tut uns leid, {name}. Ich kümmere mich darum."],
  ["wait", "Einen Moment", "Einen Moment bitte, ich frage nach."],
  ["bye", "Verabschiedung", "Gern geschehen, {name}. Einen schönen Tag noch!"],
];
