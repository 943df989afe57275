import './shape.ts';
import '../live.test.ts';
