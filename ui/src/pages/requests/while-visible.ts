import type { Attachment } from 'svelte/attachments';

/** Reports whether an element is within `margin` of what is seen. */
export function whileVisible(report: (visible: boolean) => void, margin: string): Attachment {
  return (element) => {
    const observer = new IntersectionObserver(
      (entries) => {
        const last = entries.at(-1);
        if (last !== undefined) report(last.isIntersecting);
      },
      { root: element.closest('main'), rootMargin: margin },
    );
    observer.observe(element);
    return () => observer.disconnect();
  };
}
