// Makes elements. Text always goes in as text, never as markup.

/** Make an element: h("p", {class: "x", onclick: f, "aria-label": "y"}, child, "text", [more]). */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "disabled") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Put elements in the place of what is in `parent`; those whose key and content are the same stay as they are. */
export function reconcile(parent, items, make) {
  const known = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let place = parent.firstElementChild;
  for (const [key, content] of items) {
    const signature = JSON.stringify(content);
    let child = known.get(key);
    if (!child || child.signature !== signature) {
      const fresh = make(content, key);
      fresh.dataset.key = key;
      fresh.signature = signature;
      if (child) {
        if (child === place) place = child.nextElementSibling;
        child.remove();
      }
      child = fresh;
    }
    known.delete(key);
    if (child === place) place = place.nextElementSibling;
    else parent.insertBefore(child, place);
  }
  for (const gone of known.values()) gone.remove();
}

/** Post JSON; return the answer's JSON, or {error}. */
export async function post(path, body) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return await answer.json();
  } catch (error) {
    return { error: `the sandbox does not answer (${error.message})` };
  }
}
