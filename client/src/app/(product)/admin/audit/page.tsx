import { Audit } from '@/features/admin/audit';

export default function AuditPage() {
  return <Audit />;
}
