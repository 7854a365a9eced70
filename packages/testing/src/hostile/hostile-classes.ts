/** Every form with every name in it. */
function each(names: readonly string[], forms: readonly ((name: string) => string)[]): readonly string[] {
  return forms.flatMap((form) => names.map((name) => form(name)));
}

function codes(...points: readonly (number | readonly [number, number])[]): readonly string[] {
  return points.flatMap((point) => {
    const [from, to] = typeof point === "number" ? [point, point] : point;
    return Array.from({ length: to - from + 1 }, (_, index) => String.fromCodePoint(from + index));
  });
}

const here = ["all", "channel", "here", "alice.smith"];
const addresses = [
  "https://evil.example/login?next=1&x=2",
  "HTTP://EVIL.EXAMPLE",
  "www.evil.example",
  "evil.example/path",
  "a@evil.example",
  "mailto:a@evil.example",
  "javascript:alert(1)",
  "data:text/html,x",
  "some-app://channel?id=1",
];
const marks = ["*", "_", "~", "**", "__", "~~", "`", "``", "***", "||"];
const spoof = "Status: ✅ APPROVED";
const controls = codes([0x00, 0x08], [0x0b, 0x1f], [0x7f, 0x85], 0x9b, 0x9f);
const bidi = codes(0x61c, 0x200e, 0x200f, [0x202a, 0x202e], [0x2066, 0x2069]);
const ignorable = codes(
  ...[0xad, 0x34f, 0x115f, 0x17b4, 0x180e, 0x200b, [0x2060, 0x2064] as const, 0x206a, 0x3164, 0xfeff, 0xffa0],
  ...[0xfff9, 0x1d173, 0xe0001, 0xe0041, 0xe0100],
);

/**
 * What people could type to ping, to link, to break out or to fool, on any platform, by what it tries. Every adapter has
 * to show all of it as plain text.
 */
export const hostileClasses: Readonly<Record<string, readonly string[]>> = {
  mentions: each(here, [
    (name) => `@${name}`,
    (name) => `(@${name.toUpperCase()})!`,
    (name) => `\\@${name}`,
    (name) => `@\u200B${name}`,
    (name) => `＠${name}`,
    (name) => `<!${name}>`,
    (name) => `<!${name}|x>`,
    (name) => `<at>${name}</at>`,
    (name) => `< at id='0' >${name}</ at >`,
  ]),
  "mentions by id": [
    ...["<@U024BE7LH>", "<@U024BE7LH|bob>", "<@W012A3CDE>", "<#C024BE7LR>", "<#C024BE7LR|general>"],
    ...["<!subteam^SAZ94GDB8>", "<!subteam^SAZ94GDB8|@admins>", "~town-square", "#general", "@@all", "<<!channel>>"],
    ...["<!<!channel>channel>", "<!channel", "channel>", '<at id="28:app">Bot</at>'],
  ],
  addresses,
  links: each(addresses, [
    (to) => `<${to}>`,
    (to) => `<${to}|Open in Teleport>`,
    (to) => `[Open in Teleport](${to} "title")`,
    (to) => `[Approve][1]\n\n[1]: ${to}`,
    (to) => `<a href="${to}">ok</a>`,
  ]),
  images: each(addresses.slice(0, 4), [
    (to) => `![pixel](${to})`,
    (to) => `[![x](${to})](${to})`,
    (to) => `<img src=${to} onerror=alert(1)>`,
  ]),
  "look like addresses": [
    "README.md",
    "node.js",
    "1.2.3.4",
    "https://teleport.example.com@evil.example/",
    "tel:+123456",
  ],
  formatting: each(marks, [(mark) => `${mark}x${mark}`, (mark) => `${mark}open`, (mark) => `closed${mark}`]),
  "blocks of Markdown": [
    ...["> quoted", ">>> everything after", "&gt;&gt;&gt; after", "- item\n- item", "1. item", "# Heading"],
    ...[
      "Heading\n===",
      "Heading\n---",
      "---",
      "    indented",
      "\\*escaped\\*",
      "a\\",
      "$\\LaTeX$",
      "$$x$$",
      "- [ ] todo",
    ],
  ],
  fences: [
    ...["```fence```", "```\nfence", "```\nfence\n```\nafter", "~~~\nfence", "````\nfour\n````", "```latex\nx\n```"],
    ...[`ok\`\`\`\n${spoof}`, `\`\`\`\n\`\`\`\n${spoof}`, "` ``` `", "``` ```", "\n```\n", "~~~\n```\n~~~"],
  ],
  tables: [
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "a | b\n- | -\n1 | 2",
    "| a |\n|:-:|",
    "|https://evil.example|",
    "|||",
    "\t|\t",
  ],
  html: [
    ...[
      "<script>alert(1)</script>",
      "<b>bold</b>",
      "<br>",
      "<!-- comment -->",
      "<details><summary>x</summary>y</details>",
    ],
    ...["<style>*{display:none}</style>", "</div></body>", "<svg/onload=alert(1)>", "<![CDATA[x]]>", "<x", "a<b>c"],
  ],
  entities: [
    ...["&lt;!channel&gt;", "&amp;lt;!here&amp;gt;", "&#60;!channel&#62;", "&#64;all", "&#x40;all", "&commat;all"],
    ...["\\u003c!channel\\u003e", "%3C!channel%3E", "&nbsp;", "&", "&amp;", "&#0;", "&copy"],
  ],
  dates: [
    ...["<!date^1392734382^{date}|APPROVED>", "<!date^0^{time}^https://evil.example|x>", "{date_short_pretty}"],
    ...["{{DATE(2026-01-01T00:00:00Z, SHORT)}}", "{{TIME(2026-01-01T00:00:00Z)}}", "{{TIME(x)}}", "{{ DATE (x) }}"],
    "{{{DATE(2026-01-01T00:00:00Z)}}}",
  ],
  emoji: [
    ":rotating_light:",
    ":+1::skin-tone-2:",
    ":white_check_mark: APPROVED",
    ":)",
    "::",
    ":a:b:c:",
    ": x :",
    ":😀:",
  ],
  templates: [
    ...[["$", "{user.name}"].join(""), ["$", "{if(true, 'a', 'b')}"].join(""), "{{user}}", "#{x}", "<%= x %>", "{0}"],
    ...["%s %d %n", "$(id)", "`id`", "{% raw %}"],
  ],
  "other languages": [
    '"}],"blocks":[{"type":"divider"}]',
    "'; DROP TABLE requests; --",
    "null",
    "__proto__",
    "\\",
    '"',
    "\\n",
  ],
  "a second message": [
    `*${spoof}*`,
    `*Status*: ✅ APPROVED`,
    `**Status**: ✅ APPROVED`,
    `Ѕtаtus: ✅ АPPROVED`,
    `Ｓｔａｔｕｓ： ✅ ＡＰＰＲＯＶＥＤ`,
    `𝐒𝐭𝐚𝐭𝐮𝐬: ✅ 𝐀𝐏𝐏𝐑𝐎𝐕𝐄𝐃`,
    ...["\n", "\n\n\n\n", "\r", "\r\n", "\u2028", "\u2029", "\u0085", "\u000B", "\u000C"].map(
      (end) => `ok${end}${spoof}`,
    ),
    "ok\n✅ `security` approved, 1 Jan 2026, 00:00 UTC",
    "ok\n\n\n*Open in Teleport*",
  ],
  controls: controls.map((control) => `a${control}b`),
  "terminal sequences": ["\u001B[31mred\u001B[0m", "\u009B2J", "\u001B]0;title\u0007", "\b\b\bfake"],
  bidi: [...bidi.map((mark) => `a${mark}b`), "\u202EDEVORPPA\u202C", "\u2066hidden\u2069", "\u061C\u200E\u200F"],
  "invisible characters": [
    ...ignorable.map((mark) => `a${mark}b`),
    ...[
      "<\u200B!channel>",
      "@\u2060all",
      "h\u00ADttps://evil.example",
      "\u00AD\u3164\u115F",
      "\u{E0041}\u{E0042}\u{E007F}",
    ],
  ],
  "broken Unicode": ["\uD800", "\uDC00x\uD83D", "a\uDFFFb", "\uFFFE", "\uFFFF", "\u{10FFFF}", "\uD83D\u0000\uDE00"],
  "odd but harmless": [
    ...[
      "Z\u0351\u036B\u0343\u036A\u0302\u0334\u0321",
      "👩‍👩‍👧‍👦 🇪🇺 ✅",
      "ש\u05C1לום مرحبا",
      "Ａｐｐｒｏｖｅｄ",
      "＜!channel＞",
      "‹!channel›",
    ],
    ...["", " ", "\n\n", "tab\there", "İıſK", "ﷺ", "𒐫"],
  ],
  "very long": [
    ...["x", "`", "<", "&", "\n", "@all ", "*_~", "👩‍👩‍👧‍👦", "\uD800", '"\\'].map((unit) =>
      unit.repeat(Math.ceil(6_000 / unit.length)),
    ),
  ],
};
