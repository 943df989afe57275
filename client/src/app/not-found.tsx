import { NotFound } from '@/components/ui/states';

export default function Missing() {
  return <NotFound thing="page" />;
}
