import { Module } from '@nestjs/common';
import { TransportModule } from '../transport/transport.module.js';
import { DocumentsController } from './documents.controller.js';
import { Documents } from './documents.js';

@Module({ imports: [TransportModule], controllers: [DocumentsController], providers: [Documents] })
export class DocumentsModule {}
