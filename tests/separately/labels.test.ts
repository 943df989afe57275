import './shape.ts';
import '../contract/labels.test.ts';
