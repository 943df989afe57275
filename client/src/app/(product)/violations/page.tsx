import { Violations } from '@/features/violations/violations';

export default function ViolationsPage() {
  return <Violations />;
}
