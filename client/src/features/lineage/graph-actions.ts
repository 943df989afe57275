'use client';
import { createContext, useContext } from 'react';

/** What a node or an edge can ask for. Kept apart from their data, so that they are not drawn anew for it. */
export type GraphActions = {
  /** A node, a column or a flow. `second`: the paths between it and the one chosen before. */
  select: (id: string | null, options?: { second?: boolean }) => void;
  /** Shows the neighbours that a node folds, or folds them again. */
  expand: (id: string) => void;
};

export const GraphActionsContext = createContext<GraphActions>({ select: () => {}, expand: () => {} });
export const useGraphActions = (): GraphActions => useContext(GraphActionsContext);
