import { EmptyState } from '../ui/states';

/** Beside a tree of which nothing is chosen yet. */
export const ChooseNode = ({ title, text }: { title: string; text: string }) => (
  <EmptyState title={title} className="my-auto">
    {text}
  </EmptyState>
);
