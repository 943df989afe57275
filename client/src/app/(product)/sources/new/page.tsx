import { RegisterSource } from '@/features/sources/register-source';

export default function RegisterSourceRoute() {
  return <RegisterSource />;
}
