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
    return { id: link.dataset.id, link, waiting, radius: waiting ? 10 : 30, row, ...begin };
  });
  const byId = new Map(people.map((person) => [person.id, person]));
  const threads = svg.selectAll("path[data-from]").nodes().map((path) => ({
    path, row: path.getAttribute("d"), source: path.dataset.from, target: path.dataset.to,
  }));

  // The web, settled before it is shown: nothing moves that nobody moved.
  const simulation = d3.forceSimulation(people).stop()
    .force("thread", d3.forceLink(threads).id((person) => person.id)
      .distance((thread) => (thread.target.waiting ? 85 : 120)).strength(0.7))
    .force("apart", d3.forceManyBody().strength((person) => (person.waiting ? -220 : -480)).distanceMax(700))
    .force("room", d3.forceCollide((person) => (person.waiting ? 52 : 60)).iterations(2))
    .force("x", d3.forceX().strength(upright ? 0.12 : 0.03))
    .force("y", d3.forceY().strength(upright ? 0.03 : 0.07));
  simulation.tick(people.length > 400 ? 60 : 300);
  people.forEach((person) => { person.web = { x: person.x, y: person.y }; });

  // From rim to rim, a little bent, with a tip where the baton arrives.
  const bent = ({ source, target }) => {
    const [dx, dy] = [target.web.x - source.web.x, target.web.y - source.web.y];
    const far = Math.hypot(dx, dy) || 1;
    const [ux, uy] = [dx / far, dy / far];
    const from = [source.web.x + ux * source.radius, source.web.y + uy * source.radius];
    const to = [target.web.x - ux * (target.radius + 3), target.web.y - uy * (target.radius + 3)];
    const middle = [(from[0] + to[0]) / 2 - uy * far * 0.06, (from[1] + to[1]) / 2 + ux * far * 0.06];
    return `M${from}Q${middle} ${to}`;
  };

  const world = svg.append("g");
  const tip = svg.append("defs").append("marker").attr("id", "tip").attr("viewBox", "0 0 8 8")
    .attr("refX", 7).attr("refY", 4).attr("markerWidth", 9).attr("markerHeight", 9)
    .attr("markerUnits", "userSpaceOnUse").attr("orient", "auto");
  tip.append("path").attr("class", "tip").attr("d", "M0 0L8 4L0 8z");
  threads.forEach(({ path }) => world.append(() => path));
  people.forEach(({ link }) => world.append(() => link));
  frame.setAttribute("aria-describedby", "moving");
  tools.hidden = false;

  // The name of who waits stands beside the lens in rows, and under it, in two lines, in the web.
  people.filter((person) => person.waiting).forEach((person) => {
    const name = d3.select(person.link).select(".name");
    const [first, ...rest] = name.text().split(" ");
    name.text("").append("tspan").text(`${first} `);
    person.name = [name, name.append("tspan").text(rest.join(" "))];
  });

  let rows = false;
  const lay = () => {
    frame.classList.toggle("rows", rows);
    people.forEach(({ link, row, web, name }) => {
      const at = rows ? row : web;
      link.setAttribute("transform", `translate(${at.x} ${at.y})`);
      name?.[0].attr("x", rows ? 17 : 0).attr("y", rows ? 4 : 26);
      name?.[1].attr("x", rows ? null : 0).attr("dy", rows ? null : 14);
    });
    threads.forEach((thread) => {
      thread.path.setAttribute("d", rows ? thread.row : bent(thread));
      if (rows) thread.path.removeAttribute("marker-end");
      else thread.path.setAttribute("marker-end", "url(#tip)");
    });
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
  addEventListener("resize", draw);

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

  // On a person, arrows follow the baton; elsewhere they move the picture.
  const beside = (link, key) => {
    const [own, other] = key === "ArrowRight" ? ["source", "target"] : ["target", "source"];
    return threads.find((thread) => thread[own].link === link)?.[other].link;
  };
  const steps = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
  frame.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next = /^Arrow(Left|Right)$/.test(event.key) && beside(event.target.closest("a"), event.key);
    const way = { "+": does.in, "=": does.in, "-": does.out, 0: does.fit }[event.key];
    if (next) next.focus();
    else if (way) way();
    else if (steps[event.key]) {
      const [x, y] = steps[event.key];
      const { k } = d3.zoomTransform(svg.node());
      moved().call(zoom.translateBy, x / k, y / k);
    } else return;
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
  const onto = ({ target }) => {
    const link = target.closest("a[data-id]");
    bare();
    if (link) trace(link);
  };
  frame.addEventListener("focusin", (event) => {
    onto(event);
    const person = byId.get(event.target.dataset.id);
    if (!person || !person.link.matches(":focus-visible")) return;
    const at = d3.zoomTransform(svg.node()).apply(rows ? [person.row.x, person.row.y] : [person.web.x, person.web.y]);
    const [width, height] = size();
    if (at[0] < 40 || at[1] < 40 || at[0] > width - 40 || at[1] > height - 60) {
      const { x, y } = rows ? person.row : person.web;
      moved().call(zoom.translateTo, x, y);
    }
  });
  frame.addEventListener("focusout", bare);
  frame.addEventListener("mouseover", onto);
  frame.addEventListener("mouseleave", bare);
  frame.addEventListener("scroll", () => frame.scrollTo(0, 0)); // a browser scrolls to what has focus
})();
