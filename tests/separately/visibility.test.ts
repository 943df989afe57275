import './shape.ts';
import '../visibility.test.ts';
