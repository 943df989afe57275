import './shape.ts';
import '../search.test.ts';
