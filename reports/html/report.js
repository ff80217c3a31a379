// The page of a classification: matrix with filters, a panel for each form, heat map. Texts of the description only ever become text nodes.
"use strict";
(() => {
    const PART = 40; // rows that are added at once: more than fit on a screen
    const PRINTED = 3000;
    const QUESTIONS = ["privileged", "control sensitive", "location sensitive", "mode sensitive", "user sensitive", "hole", "timing", "identity",
        "always traps"];
    const HOLE = 5;
    const ANSWERS = ["no", "yes", "undecided"];
    const SEVERITY = [2, 4, 1, 0, 3]; // of a class, for the colour of an instruction that has several
    const byId = (id) => document.getElementById(id);
    const tabs = Array.from(document.querySelectorAll('[role="tab"]'));
    const MARKS = ["·", "✓", "–", "✗"]; // of the states of evidence
    const STATES = ["empty", "evidence", "explained", "against"];
    let data;
    let panelData;   // what only the panel shows, read when it is first opened
    let keys = [];   // by form: what the text filter looks at
    let found = [];  // verdicts that pass the filters
    let shown = 0;
    let open = -1;   // the verdict in the panel

    const text = (number) => data.strings[number];
    const late = (number) => panelData.strings[number];
    const answer = (verdict, question) => verdict[3] >> 2 * question & 3;

    // An element with attributes and children; strings become text.
    function make(name, attributes, ...children) {
        const e = document.createElement(name);
        for (const [key, value] of Object.entries(attributes || {})) {
            if (key === "onclick") {
                e.addEventListener("click", value);
            } else {
                e.setAttribute(key, value);
            }
        }
        e.append(...children.filter((c) => c !== null));
        return e;
    }

    function badge(index) {
        return make("span", {class: "badge class-" + index}, data.classes[index]);
    }

    function letters(v) {
        return ["C", "L", "M", "U"].map((letter, i) => ["-", letter, "?"][answer(v, i + 1)]).join("");
    }

    // ---- the matrix --------------------------------------------------------------------------------------------------------------

    function row(index) {
        const v = data.verdicts[index];
        const form = data.forms[v[0]];
        const hole = answer(v, HOLE);
        return make("tr", {},
            make("th", {scope: "row"}, make("button", {type: "button", class: "mono", "data-verdict": index}, text(form[1]))),
            make("td", {}, data.modes[v[1]]), make("td", {}, badge(v[2])), make("td", {class: "mono"}, letters(v)),
            make("td", {class: hole === 1 ? "yes-hole" : ""}, ANSWERS[hole]), make("td", {class: "mono"}, text(v[6])), make("td", {}, text(form[3])), data.evidence === undefined ? null : marks(index));
    }

    const states = (index) => data.states[data.evidence[index][0]];

    function marks(index) {
        return make("td", {class: "mono marks"}, ...Array.from(states(index), (digit, column) => make("span", {class: "state-" + digit,
            title: data.columns[column] + ": " + STATES[digit]}, MARKS[digit])));
    }

    function showMore(count) {
        const end = Math.min(found.length, shown + count);
        const rows = document.createDocumentFragment();
        for (; shown < end; shown++) {
            rows.append(row(found[shown]));
        }
        byId("matrix").tBodies[0].append(rows);
        byId("more").hidden = shown === found.length;
        byId("matrix-status").textContent = found.length + " of " + data.verdicts.length + " forms and modes" +
            (shown < found.length ? ", the first " + shown + " shown" : "");
    }

    function filter() {
        const words = byId("filter-text").value.toLowerCase().split(/\s+/).filter((w) => w !== "");
        const wantedClass = byId("filter-class").value;
        const wantedMode = byId("filter-mode").value;
        const wantedExtension = byId("filter-extension").value;
        const onlyHoles = byId("filter-hole").checked;
        const wantedState = data.evidence === undefined ? "" : byId("filter-state").value;
        const question = data.evidence === undefined ? "" : byId("filter-question").value;
        const rightStates = wantedState === "" ? [] : data.states.map((s) => question === "" ? s.includes(wantedState) : s[question] === wantedState);
        const fits = keys.map((key, form) => (wantedExtension === "" || data.forms[form][3] === Number(wantedExtension)) &&
            words.every((word) => key.includes(word)));
        found = [];
        data.verdicts.forEach((v, index) => {
            if (fits[v[0]] && (wantedClass === "" || v[2] === Number(wantedClass)) && (wantedMode === "" || v[1] === Number(wantedMode)) &&
                (!onlyHoles || answer(v, HOLE) === 1) && (wantedState === "" || rightStates[data.evidence[index][0]])) {
                found.push(index);
            }
        });
        shown = 0;
        byId("matrix").tBodies[0].replaceChildren();
        showMore(PART);
    }

    function fill(select, values) {
        values.forEach(([value, name]) => select.append(make("option", {value: value}, name)));
    }

    function startMatrix() {
        keys = data.forms.map((f) => [text(data.instructions[f[0]][0]), text(data.instructions[f[0]][1]), text(f[1]), text(f[2]), text(f[3])]
            .join(" ").toLowerCase());
        const usedForms = new Set(data.verdicts.map((v) => v[0]));
        const extensions = new Set(Array.from(usedForms, (f) => data.forms[f][3]));
        fill(byId("filter-class"), data.classes.map((name, i) => [i, name]));
        fill(byId("filter-mode"), data.modes.map((name, i) => [i, name]));
        fill(byId("filter-extension"), Array.from(extensions, (e) => [e, text(e) === "" ? "(none)" : text(e)])
            .sort((a, b) => a[1] < b[1] ? -1 : 1));
        if (data.evidence !== undefined) {
            fill(byId("filter-question"), data.columns.map((name, i) => [i, name]));
            fill(byId("filter-state"), STATES.map((name, i) => [i, MARKS[i] + " " + name]));
        }
        const form = byId("filters");
        let waiting = 0;
        form.addEventListener("input", () => {
            cancelAnimationFrame(waiting);
            waiting = requestAnimationFrame(filter);
        });
        form.addEventListener("reset", () => setTimeout(filter, 0));
        form.addEventListener("submit", (event) => event.preventDefault());
        byId("matrix").addEventListener("click", (event) => {
            const button = event.target.closest("button[data-verdict]");
            if (button !== null) {
                location.hash = "verdict-" + button.dataset.verdict;
            }
        });
        byId("more").addEventListener("click", () => showMore(PART));
        new IntersectionObserver((entries) => {
            if (entries.some((e) => e.isIntersecting) && !byId("more").hidden) {
                showMore(PART);
            }
        }).observe(byId("more"));
        addEventListener("beforeprint", () => showMore(PRINTED));
        filter();
    }

    // ---- one form ----------------------------------------------------------------------------------------------------------------

    function witnessRow([name, a, b, marked]) {
        const style = marked ? "differs" : "";
        return make("tr", {class: style}, make("th", {scope: "row"}, (marked ? "≠ " : "") + late(name)), make("td", {}, late(a)), make("td", {}, late(b)));
    }

    function stage(name, columns) {
        return make("tr", {class: "stage"}, make("th", {colspan: columns, scope: "colgroup"}, name));
    }

    function witnessTable(w) {
        const [, , roles, outcomes, before, after] = w;
        const heads = roles.length === 2 ? roles.map(late) : ["before", "after"];
        const body = make("tbody", {});
        if (roles.length === 2) {
            const differs = outcomes[0] !== outcomes[1] ? 1 : 0;
            body.append(stage("before the step", 3), ...before.map(witnessRow), stage("the instruction", 3));
            body.append(make("tr", {class: differs ? "differs" : ""}, make("th", {scope: "row"}, differs ? "≠ outcome" : "outcome"),
                make("td", {}, late(outcomes[0])), make("td", {}, late(outcomes[1]))));
            body.append(stage("after the step", 3), ...after.map(witnessRow));
        } else {
            body.append(...before.map(witnessRow));
        }
        return make("div", {class: "scroll"}, make("table", {class: "witness"}, make("thead", {}, make("tr", {}, make("th", {scope: "col"}, "component"),
            ...heads.map((h) => make("th", {scope: "col"}, h)))), body));
    }

    function witnessPart(v) {
        if (v[5] < 0) {
            return [];
        }
        const w = panelData.witnesses[v[5]];
        const parts = [make("h3", {}, "Witness (" + late(w[0]) + ")"), make("p", {}, late(w[1]))];
        if (w[2].length === 1) {
            parts.push(make("p", {}, "From this state it " + late(w[3][0]) + "."));
        }
        parts.push(witnessTable(w));
        w[6].forEach((name) => parts.push(make("p", {}, "In the virtual machine " + late(name) +
            " changes; natively the monitor, which keeps it, never learns of that.")));
        parts.push(make("p", {class: "status"}, "Rows marked ≠ " + (late(w[0]) === "hole" ? "do not correspond; what is not shown does, or is not read."
            : "differ; what is not shown is equal, or not read.")));
        return parts;
    }

    function closingPart(v) {
        const hole = answer(v, HOLE);
        if (hole === 0) {
            return make("p", {}, "It has no hole: run natively under the monitor it does what it does on the bare machine, or traps.");
        }
        const closed = text(v[6]);
        if (hole === 2) {
            return make("p", {}, "Whether it has a hole is undecided.");
        }
        return make("p", {}, closed === "" ? "It has a hole. No configuration was searched for that closes it." : closed === "no configuration"
            ? "It has a hole that no configuration closes: the monitor has to find it before it runs (patch, translate or interpret)."
            : "It has a hole. What closes it: " + closed + ".");
    }

    function evidencePart(index) {
        if (data.evidence === undefined) {
            return [];
        }
        const cells = panelData.cells[data.evidence[index][1]];
        const rows = Array.from(states(index), (digit, column) => make("tr", {}, make("th", {scope: "row"}, data.columns[column]),
            make("td", {class: "state-" + digit}, MARKS[digit] + " " + STATES[digit]), make("td", {}, late(cells[column]))));
        return [make("h3", {}, "Evidence"), make("div", {class: "scroll"}, make("table", {class: "evidence"}, make("tbody", {}, ...rows)))];
    }

    function step(by) {
        const at = found.indexOf(open);
        if (at >= 0 && at + by >= 0 && at + by < found.length) {
            location.replace("#verdict-" + found[at + by]);
        }
    }

    function details(index) {
        const v = data.verdicts[index];
        const form = data.forms[v[0]];
        const instruction = data.instructions[form[0]];
        const dialog = byId("details");
        panelData ??= JSON.parse(byId("panel-data").textContent);
        const rows = [["Instruction", text(instruction[0]) + ": " + text(instruction[1])], ["Encoding", text(form[2])], ["Mode", data.modes[v[1]]],
            ["Extension", text(form[3])], ["Source", late(form[4])]];
        open = index;
        dialog.replaceChildren(
            make("div", {class: "bar-of-buttons"}, make("button", {type: "button", onclick: () => step(-1)}, "Previous"),
                make("button", {type: "button", onclick: () => step(1)}, "Next"),
                make("button", {type: "button", id: "close", onclick: () => dialog.close()}, "Close")),
            make("h2", {id: "details-title", class: "mono"}, text(form[1])),
            make("p", {class: "why"}, badge(v[2]), " ", late(v[4])),
            make("dl", {class: "question"}, ...rows.filter((r) => r[1] !== "").flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)])),
            ...instruction[4].map((note) => make("p", {}, "Note: " + late(note))),
            make("ul", {class: "answers"}, ...QUESTIONS.map((question, i) => make("li", {class: "is-" + ANSWERS[answer(v, i)]},
                question + ": " + ANSWERS[answer(v, i)]))),
            closingPart(v), ...evidencePart(index), ...witnessPart(v),
            make("h3", {}, "What it does (" + late(instruction[3]) + ")"), make("pre", {tabindex: "0"}, late(instruction[2])));
        if (!dialog.open) {
            dialog.showModal();
        }
        dialog.scrollTop = 0;
        byId("close").focus();
    }

    function followHash() {
        const match = /^#verdict-(\d+)$/.exec(location.hash);
        if (match !== null && Number(match[1]) < data.verdicts.length) {
            details(Number(match[1]));
        } else if (byId("details").open) {
            byId("details").close();
        }
        tabs.filter((tab) => location.hash === "#" + tab.id).forEach((tab) => select(tab.id.slice(4)));
    }

    function startDetails() {
        byId("details").addEventListener("close", () => {
            const button = document.querySelector('#matrix button[data-verdict="' + open + '"]');
            history.replaceState(null, "", location.pathname + location.search);
            if (button !== null) {
                button.focus();
            }
        });
        byId("details").addEventListener("keydown", (event) => {
            if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
                step(event.key === "ArrowLeft" ? -1 : 1);
                event.preventDefault();
            }
        });
        addEventListener("hashchange", followHash);
        followHash();
    }

    // ---- the heat map ------------------------------------------------------------------------------------------------------------

    function show(className, mode, words) {
        byId("filters").reset();
        byId("filter-class").value = className;
        byId("filter-mode").value = mode;
        byId("filter-text").value = words;
        filter();
        select("matrix");
    }

    // Those that were asked about.
    function usedModes() {
        const used = new Set(data.verdicts.map((v) => v[1]));
        return Array.from(data.modes.keys()).filter((mode) => used.has(mode));
    }

    function counts() {
        const table = data.modes.map(() => data.classes.map(() => 0));
        data.verdicts.forEach((v) => table[v[1]][v[2]]++);
        return table;
    }

    function countTable() {
        const table = counts();
        const head = make("tr", {}, make("th", {scope: "col"}, "Mode"), ...data.classes.map((c, i) => make("th", {scope: "col"}, badge(i))),
            make("th", {scope: "col"}, "all"));
        const rows = usedModes().map((mode) => [table[mode], mode]).map(([numbers, mode]) => make("tr", {}, make("th", {scope: "row"}, data.modes[mode]),
            ...numbers.map((n, i) => make("td", {}, make("button", {type: "button", class: n > 0 ? "class-" + i : "",
                "aria-label": n + " forms " + data.classes[i] + " in mode " + data.modes[mode], onclick: () => show(i, mode, "")}, String(n)))),
            make("td", {class: "total"}, String(numbers.reduce((a, b) => a + b, 0)))));
        return make("div", {class: "scroll"}, make("table", {class: "heat"}, make("thead", {}, head), make("tbody", {}, ...rows)));
    }

    // The worst class of each instruction in a mode, in the order of the description.
    function worst(mode) {
        const classes = new Map();
        data.verdicts.forEach((v) => {
            const name = text(data.instructions[data.forms[v[0]][0]][0]);
            if (v[1] === mode && (!classes.has(name) || SEVERITY[v[2]] > SEVERITY[classes.get(name)])) {
                classes.set(name, v[2]);
            }
        });
        return Array.from(classes);
    }

    function mosaic(mode, status) {
        const CELL = 12;
        const cells = worst(mode);
        const canvas = make("canvas", {class: "mosaic", role: "img", "aria-label": cells.length + " instructions of mode " + data.modes[mode] +
            "; the table above has the numbers"});
        const columns = Math.max(1, Math.floor((byId("panel-heat").clientWidth || 960) / CELL));
        canvas.width = columns * CELL;
        canvas.height = Math.ceil(cells.length / columns) * CELL;
        canvas.style.width = canvas.width + "px";
        const colours = data.classes.map((c, i) => {
            const sample = document.body.appendChild(make("span", {class: "class-" + i}));
            const colour = getComputedStyle(sample)[i === 3 ? "backgroundColor" : "color"];
            sample.remove();
            return colour;
        });
        const pen = canvas.getContext("2d");
        cells.forEach(([, c], i) => {
            pen.fillStyle = colours[c];
            pen.fillRect(i % columns * CELL, Math.floor(i / columns) * CELL, CELL - 1, CELL - 1);
        });
        const at = (event) => {
            const box = canvas.getBoundingClientRect();
            const column = Math.floor((event.clientX - box.left) * canvas.width / box.width / CELL);
            return cells[Math.floor((event.clientY - box.top) * canvas.height / box.height / CELL) * columns + column];
        };
        canvas.addEventListener("mousemove", (event) => {
            const cell = at(event);
            status.textContent = cell === undefined ? "" : cell[0] + ": " + data.classes[cell[1]];
        });
        canvas.addEventListener("click", (event) => {
            const cell = at(event);
            if (cell !== undefined) {
                show("", mode, cell[0]);
            }
        });
        return canvas;
    }

    function drawHeat() {
        const panel = byId("panel-heat");
        const status = make("p", {class: "status"}, "Point at a square for its instruction; click to see its forms.");
        panel.replaceChildren(make("h2", {}, "Forms by class and mode"), make("p", {}, "Each number leads to its forms."), countTable(),
            make("h2", {}, "Instructions by their worst class"), make("ul", {class: "legend"}, ...data.classes.map((c, i) => make("li", {}, badge(i)))),
            status);
        usedModes().forEach((mode) => panel.append(make("h3", {}, data.modes[mode]), mosaic(mode, status)));
    }

    // ---- tabs and theme ----------------------------------------------------------------------------------------------------------

    function select(name) {
        tabs.forEach((tab) => {
            const chosen = tab.id === "tab-" + name;
            tab.setAttribute("aria-selected", String(chosen));
            tab.tabIndex = chosen ? 0 : -1;
            byId(tab.getAttribute("aria-controls")).hidden = !chosen;
        });
        if (name === "heat" && data !== undefined) {
            drawHeat();
        }
    }

    function startTabs() {
        tabs.forEach((tab, i) => {
            tab.addEventListener("click", () => select(tab.id.slice(4)));
            tab.addEventListener("keydown", (event) => {
                const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? tabs.length - 1 : 0;
                if (by !== 0) {
                    const next = tabs[(i + by) % tabs.length];
                    select(next.id.slice(4));
                    next.focus();
                    event.preventDefault();
                }
            });
        });
        select("matrix");
    }

    function startTheme() {
        const button = make("button", {type: "button", id: "theme"}, "Light or dark");
        button.addEventListener("click", () => {
            const dark = document.documentElement.dataset.theme === undefined ? matchMedia("(prefers-color-scheme: dark)").matches
                : document.documentElement.dataset.theme === "dark";
            document.documentElement.dataset.theme = dark ? "light" : "dark";
            if (!byId("panel-heat").hidden) {
                drawHeat();
            }
        });
        document.querySelector("header").append(button);
    }

    startTabs();
    startTheme();
    // The verdict is painted before the matrix is read.
    requestAnimationFrame(() => setTimeout(() => {
        data = JSON.parse(byId("data").textContent);
        startMatrix();
        startDetails();
        document.documentElement.dataset.ready = "true";
    }, 0));
})();
