/** The title of the tab, followed by the name of the site. */
export function setTitle(title: string | undefined): void {
  document.title = title ? `${title} · WIKIMovie` : 'WIKIMovie';
}
