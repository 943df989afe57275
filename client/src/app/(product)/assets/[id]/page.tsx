import { AssetPage } from '@/features/assets/asset-page';

export default async function AssetRoute({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params;
  return <AssetPage key={id} id={id} />;
}
