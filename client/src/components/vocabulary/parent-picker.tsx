'use client';
import { Combobox, type ControlProps } from '../pickers/combobox';
import { matchByName } from '../pickers/match';
import { useBox } from '../pickers/use-choices';
import { useNodes } from './frame';
import { pathTo, withDescendants } from './nodes';

type Props = ControlProps & {
  /** Which one moves: it cannot be below itself. */
  nodeId: string | null;
  value: string | null;
  onChange: (parentId: string | null) => void;
};

/** Another node of the tree to stand below; none is the top. */
export function ParentPicker({ nodeId, value, onChange, ...control }: Props) {
  const box = useBox();
  const { nodes } = useNodes();
  const forbidden = nodeId === null ? new Set<string>() : withDescendants(nodes, nodeId);
  const options = box.isOpen
    ? [...nodes.byId.values()]
        .filter(({ id }) => !forbidden.has(id))
        .map(({ id, name }) => ({
          id,
          name,
          hint: pathTo(nodes, id)
            .map((above) => above.name)
            .join(' › '),
        }))
    : [];
  return (
    <Combobox
      placeholder="At the top"
      {...control}
      single
      value={value === null ? [] : [{ id: value, name: nodes.byId.get(value)?.name ?? 'unknown' }]}
      onChange={([chosen]) => onChange(chosen?.id ?? null)}
      choices={{ ...box, options: matchByName(options, box.text), isLoading: false }}
      toItem={({ id, name }) => ({ id, name })}
    />
  );
}
