// The baton as a web that can be moved and zoomed: D3 lays out anew what the page already shows.
// Without scripts the same picture stands in rows. Same archive, same web: nothing is random.
(() => {
  const frame = document.querySelector(".thread-picture.can-move");
  const tools = document.querySelector(".graph-tools");
  if (!frame || !tools || !window.d3) return;
  const svg = d3.select(frame).select("svg");
  frame.classList.add("moving");
  const size = () => [frame.clientWidth, frame.clientHeight];
  const upright = size()[1] > size()[0]; // on a phone the thread runs downwards
  const people = svg.selectAll("a[data-id]").nodes().map((link) => {
    const row = { x: Number(link.dataset.x), y: Number(link.dataset.y) };
    const waiting = link.querySelector(".rim").classList.contains("waiting");
    const begin = upright ? { x: row.y, y: row.x } : row;
    return { id: link.dataset.id, link, waiting, radius: Number(link.querySelector(".rim").getAttribute("r")), row, ...begin };
  });
  const byId = new Map(people.map((person) => [person.id, person]));
  const threads = svg.selectAll("path[data-from]").nodes().map((path) => ({
    path, row: path.getAttribute("d"), source: path.dataset.from, target: path.dataset.to,
  }));

  // The web, settled before it is shown: nothing moves that nobody moved.
  const simulation = d3.forceSimulation(people).stop()
    .force("thread", d3.forceLink(threads).id((person) => person.id)
      .distance((thread) => (thread.target.waiting ? 110 : 130)).strength(0.7))
    .force("apart", d3.forceManyBody().strength((person) => (person.waiting ? -220 : -480)).distanceMax(700))
    .force("room", d3.forceCollide((person) => (person.waiting ? 62 : 60)).iterations(2))
    .force("x", d3.forceX().strength(upright ? 0.12 : 0.03))
    .force("y", d3.forceY().strength(upright ? 0.03 : 0.07));
  simulation.tick(people.length > 400 ? 60 : 300);
  people.forEach((person) => { person.web = { x: person.x, y: person.y }; });

  // How far from the middle of a lens a thread in this direction is clear of the lens and its name.
  const clear = ({ radius, label }, ux, uy) => {
    const [across, down] = [[label.x, ux], [label.y, uy]].map(([[from, to], u]) => (
      [(from - 4) / u, (to + 4) / u].sort((one, other) => one - other)));
    const [enters, leaves] = [Math.max(across[0], down[0]), Math.min(across[1], down[1])];
    return enters < leaves && leaves > 0 ? Math.max(radius, leaves) : radius;
  };

  // From rim to rim, or from name to name, a little bent, with a tip where the baton arrives.
  const bent = ({ source, target }) => {
    const [dx, dy] = [target.web.x - source.web.x, target.web.y - source.web.y];
    const far = Math.hypot(dx, dy) || 1;
    const [ux, uy] = [dx / far, dy / far];
    const ends = [clear(source, ux, uy), clear(target, -ux, -uy)];
    const [out, back] = ends[0] + ends[1] + 12 < far ? ends : [source.radius, target.radius];
    const from = [source.web.x + ux * out, source.web.y + uy * out];
    const to = [target.web.x - ux * (back + 3), target.web.y - uy * (back + 3)];
    const middle = [(from[0] + to[0]) / 2 - uy * far * 0.06, (from[1] + to[1]) / 2 + ux * far * 0.06];
    return `M${from}Q${middle} ${to}`;
  };

  const world = svg.append("g");
  threads.forEach(({ path }) => world.append(() => path));
  people.forEach(({ link }) => world.append(() => link));
  frame.setAttribute("aria-describedby", "moving");
  tools.hidden = false;

  // The name of who waits and named nobody stands beside the lens in rows; in the web it stands in two lines over or
  // under the lens, away from where the threads come from.
  people.forEach((person) => {
    const name = d3.select(person.link).select(".beside");
    if (name.empty()) return;
    const [first, ...rest] = name.text().split(" ");
    name.text("").append("tspan").text(`${first} `);
    person.name = [name, name.append("tspan").text(rest.join(" "))];
    const comes = threads.filter((thread) => thread.target === person)
      .reduce((sum, { source }) => sum + Math.sign(person.web.y - source.web.y), 0);
    person.first = comes < 0 ? -33 : 29;
  });

  let rows = false;
  const place = (person) => (rows ? person.row : person.web);
  const bounds = (texts) => {
    const boxes = [...texts].map((text) => text.getBBox());
    const least = (from) => Math.min(...boxes.map((box) => box[from]));
    const most = (from, size) => Math.max(...boxes.map((box) => box[from] + box[size]));
    return { x: [least("x"), most("x", "width")], y: [least("y"), most("y", "height")] };
  };
  const lay = () => {
    frame.classList.toggle("rows", rows);
    people.forEach((person) => {
      const { x, y } = place(person);
      person.link.setAttribute("transform", `translate(${x} ${y})`);
      person.name?.[0].attr("x", rows ? 19 : 0).attr("y", rows ? 4 : person.first);
      person.name?.[1].attr("x", rows ? null : 0).attr("dy", rows ? null : 15);
      person.label = bounds(person.link.querySelectorAll(".name"));
    });
    threads.forEach((thread) => thread.path.setAttribute("d", rows ? thread.row : bent(thread)));
  };

  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const moved = () => (calm.matches ? svg : svg.transition().duration(180));
  const zoom = d3.zoom().scaleExtent([0.1, 4])
    // The page scrolls by the wheel; the picture zooms with Ctrl, as it does on a map.
    .filter((event) => (event.type === "wheel" ? event.ctrlKey || event.metaKey : !event.button))
    .on("zoom", ({ transform }) => world.attr("transform", transform));
  const fit = (still) => {
    const box = world.node().getBBox();
    const [width, height] = size();
    const whole = Math.min(1.25, width / (box.width + 24), height / (box.height + 24));
    const scale = still ? Math.max(whole, 0.85) : whole; // at first, names that can be read
    const to = d3.zoomIdentity.translate(width / 2, height / 2).scale(scale)
      .translate(-box.x - box.width / 2, -box.y - box.height / 2);
    (still ? svg : moved()).call(zoom.transform, to);
  };
  const draw = () => {
    const [width, height] = size();
    svg.attr("viewBox", null).attr("width", width).attr("height", height);
    zoom.extent([[0, 0], [width, height]]);
    fit(true);
  };
  lay();
  svg.call(zoom).on("dblclick.zoom", null);
  draw();
  document.fonts.ready.then(lay); // names are as wide as their font
  addEventListener("resize", draw);
  // On paper all of it stands, whatever was in view.
  addEventListener("beforeprint", () => {
    const { x, y, width, height } = world.node().getBBox();
    world.attr("transform", null);
    svg.attr("viewBox", [x - 12, y - 12, width + 24, height + 24]).attr("width", width + 24).attr("height", height + 24);
  });
  addEventListener("afterprint", draw);

  const does = {
    in: () => moved().call(zoom.scaleBy, 1.4),
    out: () => moved().call(zoom.scaleBy, 1 / 1.4),
    fit: () => fit(),
    rows: (button) => {
      rows = !rows;
      button.setAttribute("aria-pressed", String(rows));
      lay();
      fit(true);
    },
  };
  tools.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (button) does[button.dataset.do](button);
  });

  // On a person, arrows follow the baton: on to whom they named, back to who named them, and up and
  // down through the others of those whom one has come to. Elsewhere they move the picture.
  const along = (own, other) => (person) => threads.filter((thread) => thread[own] === person)
    .map((thread) => thread[other]).sort((a, b) => place(a).y - place(b).y || place(a).x - place(b).x);
  const [named, namers] = [along("source", "target"), along("target", "source")];
  let come = () => [];
  const group = (person) => {
    if (come().length > 1 && come().includes(person)) return come();
    const [giver] = namers(person);
    return giver ? named(giver) : people.filter((one) => !namers(one).length);
  };
  const beside = (person, step) => {
    const others = group(person);
    return others[(others.indexOf(person) + step + others.length) % others.length];
  };
  const onto = (found, person) => {
    if (found(person).length) come = () => found(person);
    return found(person)[0];
  };
  const goes = {
    ArrowRight: (person) => onto(named, person), ArrowLeft: (person) => onto(namers, person),
    ArrowUp: (person) => beside(person, -1), ArrowDown: (person) => beside(person, 1),
  };
  const steps = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
  const move = ([x, y]) => {
    const { k } = d3.zoomTransform(svg.node());
    moved().call(zoom.translateBy, x / k, y / k);
  };
  const keys = { "+": does.in, "=": does.in, "-": does.out, 0: () => does.fit() };
  // Escape lets go of a person, then of the picture: on to what stands below it.
  const below = document.getElementById("chains");
  below.tabIndex = -1;
  frame.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const person = byId.get(event.target.dataset.id);
    if (event.key === "Escape") (person ? frame : below).focus();
    else if (keys[event.key]) keys[event.key]();
    else if (person && goes[event.key]) goes[event.key](person)?.link.focus();
    else if (steps[event.key]) move(steps[event.key]);
    else return;
    event.preventDefault();
  });

  // Who has the focus comes into view, and their part of the thread stands out.
  const trace = (link) => {
    frame.classList.toggle("tracing", Boolean(link));
    threads.forEach(({ path, source, target }) => {
      const near = link && (source.link === link || target.link === link);
      path.classList.toggle("near", Boolean(near));
      if (near) [source, target].forEach((person) => person.link.classList.add("near"));
    });
  };
  const bare = () => { people.forEach(({ link }) => link.classList.remove("near")); trace(null); };
  const look = ({ target }) => {
    const link = target.closest("a[data-id]");
    bare();
    if (link) trace(link);
  };
  frame.addEventListener("focusin", (event) => {
    look(event);
    const person = byId.get(event.target.dataset.id);
    if (!person || !person.link.matches(":focus-visible")) return;
    const { x, y } = place(person);
    const at = d3.zoomTransform(svg.node()).apply([x, y]);
    const [width, height] = size();
    if (at[0] < 40 || at[1] < 40 || at[0] > width - 40 || at[1] > height - 60) {
      moved().call(zoom.translateTo, x, y);
    }
  });
  frame.addEventListener("focusout", bare);
  frame.addEventListener("mouseover", look);
  frame.addEventListener("mouseleave", bare);
  frame.addEventListener("scroll", () => frame.scrollTo(0, 0)); // a browser scrolls to what has focus
})();
