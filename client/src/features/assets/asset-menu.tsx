'use client';
import { Ellipsis } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { IconButton } from '@/components/ui/button';
import { Menu, MenuItem } from '@/components/ui/menu';

/** The actions of an asset where there is no room for their buttons. */
export function AssetMenu({ id, mayEdit, onEdit, onCopy }: { id: string; mayEdit: boolean; onEdit: () => void; onCopy: () => void }) {
  const router = useRouter();
  return (
    <Menu trigger={<IconButton label="More" variant="default" icon={<Ellipsis className="size-4" strokeWidth={1.6} />} />}>
      {mayEdit && <MenuItem onSelect={onEdit}>Edit</MenuItem>}
      <MenuItem onSelect={() => router.push(`/lineage/${id}`)}>Lineage</MenuItem>
      <MenuItem onSelect={onCopy}>Copy name</MenuItem>
    </Menu>
  );
}
